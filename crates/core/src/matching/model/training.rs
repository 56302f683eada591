//! Learns the weights from paraphrases, each with its class, by stochastic dual coordinate ascent (Shalev-Shwartz and Zhang, 2013;
//! for the softmax Yu, Huang and Lin, 2011).
//!
//! The method has no learning rate: it takes one paraphrase after the other, works out how much of that paraphrase's weight
//! vector is right with all others held fixed, and comes to the one optimum that the problem has.

use super::{ENTRY, Model, PassThrough, scale};
use crate::matching::features::Features;
use crate::vectors::{add_scaled, dot};
use std::collections::HashMap;

/// A paraphrase with the class that it belongs to.
#[derive(Debug, Clone)]
pub struct Example {
    /// Its class.
    pub class: u32,
    /// What the model sees of it.
    pub features: Features,
}

/// What an error on one paraphrase weighs against the size of the weights ("C" in the literature). On the validation questions of CLINC150 and
/// BANKING77, 3, 5 and 10 are within half a point of each other; with 10, probabilities tell most.
const LOSS: f32 = 10.0;
/// Length of the constant feature. It is penalised as the others are, and is small since classes are about as common.
const BIAS: f32 = 0.3;
/// Most passes over the paraphrases.
const EPOCHS: usize = 24;
/// Mean squared distance of the dual variables from their optimum at which learning ends: twenty passes instead of ten,
/// which brought it to a twentieth of this on CLINC150, left accuracy as it was.
const CONVERGED: f32 = 1e-4;
/// A paraphrase whose distance was below the mean in the last pass is left out of this one, but for every fourth pass.
const EVERY: usize = 4;
/// Steps back along the line if a step went too far: each at least halves the excess.
const STEPS_BACK: usize = 8;
/// Classes that an example is held against where there are more: those that score highest for it.
const RIVALS: usize = 64;
/// Classes up to which an example is held against all of them: looking for rivals would cost more than it saves.
const FEW: usize = 256;
/// Passes before which the rivals of each example are looked up again.
const REFRESH: [usize; 4] = [1, 2, 4, 8];
/// Dual variable from which a rival is kept whatever it scores now.
const ENGAGED: f32 = 1e-3;
/// One example while it is learned from.
struct Input {
    class: u32,
    /// Row and value of its features.
    sparse: Vec<(u32, f32)>,
    dense: Vec<f32>,
    /// Square of its length, the constant feature included.
    square: f32,
    /// Classes that it is held against, its own among them.
    against: Vec<u32>,
    /// Its dual variables, one for each of these.
    alpha: Vec<f32>,
    /// How far they were from their optimum when it was last looked at.
    distance: f32,
}

/// Weights while they are learned.
struct Trainer {
    classes: usize,
    dims: usize,
    /// Classes of each feature, a feature after the other.
    posted: Vec<u32>,
    starts: Vec<usize>,
    weights: Vec<f32>,
    /// A class after the other.
    dense: Vec<f32>,
    bias: Vec<f32>,
    scores: Vec<f32>,
    /// By class; zero for those that an example is not held against.
    change: Vec<f32>,
}

impl Trainer {
    /// Room for the weights of each feature for the classes in whose examples it occurs.
    fn new(inputs: &[Input], features: usize, classes: usize, dims: usize) -> Trainer {
        let mut pairs: Vec<(u32, u32)> = inputs.iter().flat_map(|i| i.sparse.iter().map(|(f, _)| (*f, i.class))).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let mut starts = vec![0usize; features + 1];
        pairs.iter().for_each(|(f, _)| starts[*f as usize + 1] += 1);
        for feature in 0..features {
            starts[feature + 1] += starts[feature];
        }
        let posted: Vec<u32> = pairs.into_iter().map(|(_, c)| c).collect();
        Trainer {
            classes,
            dims,
            weights: vec![0.0; posted.len()],
            posted,
            starts,
            dense: vec![0.0; dims * classes],
            bias: vec![0.0; classes],
            scores: vec![0.0; classes],
            change: vec![0.0; classes],
        }
    }

    /// Scores the classes that an example is held against.
    fn score(&mut self, input: &Input) {
        self.scores.copy_from_slice(&self.bias);
        for &(feature, value) in &input.sparse {
            let range = self.starts[feature as usize]..self.starts[feature as usize + 1];
            let (posted, weights) = (&self.posted[range.clone()], &self.weights[range]);
            if posted.len() == self.classes {
                self.scores.iter_mut().zip(weights).for_each(|(s, w)| *s += value * w);
            } else {
                posted.iter().zip(weights).for_each(|(c, w)| self.scores[*c as usize] += value * w);
            }
        }
        for &class in &input.against {
            let class = class as usize;
            self.scores[class] += dot(&input.dense, &self.dense[class * self.dims..(class + 1) * self.dims]);
        }
    }

    /// Moves the dual variables of one example towards what the others make their optimum, and the weights with them.
    fn learn(&mut self, input: &mut Input) {
        self.score(input);
        let most = input.against.iter().map(|c| self.scores[*c as usize]).fold(f32::NEG_INFINITY, f32::max);
        let mut sum = 0.0;
        for &class in &input.against {
            let e = (self.scores[class as usize] - most).exp();
            self.change[class as usize] = e;
            sum += e;
        }
        // At the optimum each dual variable is "right minus probability": the way there is the direction.
        let (mut square, mut curved, mut mean) = (0.0, 0.0, 0.0);
        for (&class, alpha) in input.against.iter().zip(&input.alpha) {
            let change = &mut self.change[class as usize];
            let probability = *change / sum;
            let way = f32::from(u8::from(class == input.class)) - probability - alpha;
            *change = way;
            square += way * way;
            curved += probability * way * way;
            mean += probability * way;
        }
        input.distance = square;
        if square > 1e-10 {
            let step = self.step(input, square, square / (square + LOSS * input.square * (curved - mean * mean).max(0.0)));
            for (&class, alpha) in input.against.iter().zip(&mut input.alpha) {
                let change = &mut self.change[class as usize];
                *change *= step;
                *alpha += *change;
                *change *= LOSS;
            }
            self.apply(input);
        }
        input.against.iter().for_each(|class| self.change[*class as usize] = 0.0);
    }

    /// How far to go: Newton's step, taken back for as long as it leads past the top, along the line a concave function.
    fn step(&self, input: &Input, square: f32, newton: f32) -> f32 {
        let mut step = newton;
        for _ in 0..STEPS_BACK {
            let far = LOSS * input.square * step;
            let moved = |class: u32| self.scores[class as usize] + far * self.change[class as usize];
            let most = input.against.iter().map(|c| moved(*c)).fold(f32::NEG_INFINITY, f32::max);
            let (mut sum, mut expected, mut slope) = (0.0, 0.0, 0.0);
            for (&class, alpha) in input.against.iter().zip(&input.alpha) {
                let way = self.change[class as usize];
                let e = (moved(class) - most).exp();
                sum += e;
                expected += e * way;
                slope += way * (f32::from(u8::from(class == input.class)) - alpha - step * way);
            }
            slope -= expected / sum;
            if slope >= -0.1 * square {
                break;
            }
            step *= square / (square - slope);
        }
        step
    }

    /// Adds an example to the weights, as often as `change` says for each class.
    fn apply(&mut self, input: &Input) {
        for &(feature, value) in &input.sparse {
            let range = self.starts[feature as usize]..self.starts[feature as usize + 1];
            let (posted, weights) = (&self.posted[range.clone()], &mut self.weights[range]);
            if posted.len() == self.classes {
                weights.iter_mut().zip(&self.change).for_each(|(w, c)| *w += value * c);
            } else {
                posted.iter().zip(weights).for_each(|(class, w)| *w += value * self.change[*class as usize]);
            }
        }
        for &class in &input.against {
            let (class, change) = (class as usize, self.change[class as usize]);
            if change.abs() > 1e-5 {
                add_scaled(&mut self.dense[class * self.dims..(class + 1) * self.dims], &input.dense, change);
                self.bias[class] += BIAS * BIAS * change;
            }
        }
    }
}

/// A shuffled order of so many things, the same for the same seed: a fixed order converges several times more slowly.
fn shuffle(order: &mut [usize], seed: u64) {
    let mut state = 0x9E37_79B9_7F4A_7C15 ^ (seed + 1);
    for last in (1..order.len()).rev() {
        // Marsaglia's xorshift (2003): any order will do, as long as it is another one each time.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        order.swap(last, (state % (last as u64 + 1)) as usize);
    }
}

impl Model {
    /// Learns from examples; `progress` gets the share that is done, 0 to 1. They are used up, since those of a large knowledge base
    /// take more memory than all else.
    pub fn train(examples: Vec<Example>, classes: usize, dims: usize, progress: &mut dyn FnMut(f32)) -> Model {
        let mut model = Model::vocabulary(&examples, classes, dims);
        if classes == 0 || examples.is_empty() {
            model.classes = 0;
            return model;
        }
        let all: Vec<u32> = (0..classes as u32).collect();
        let mut inputs: Vec<Input> = examples
            .into_iter()
            .enumerate()
            .map(|(index, example)| {
                let sparse = model.input(&example.features);
                let dense = model.dense_input(example.features.dense);
                let square = BIAS * BIAS + sparse.iter().map(|(_, v)| v * v).sum::<f32>() + dot(&dense, &dense);
                let against = if classes <= FEW { all.clone() } else { strangers(example.class, index as u32, classes as u32) };
                Input { class: example.class, sparse, dense, square, alpha: vec![0.0; against.len()], against, distance: f32::INFINITY }
            })
            .collect();
        let mut trainer = Trainer::new(&inputs, model.hashes.len(), classes, dims);
        let mut order: Vec<usize> = (0..inputs.len()).collect();
        let mut mean = 0.0;
        for epoch in 0..EPOCHS {
            if classes > FEW && REFRESH.contains(&epoch) {
                model.keep(&trainer);
                inputs.iter_mut().for_each(|input| model.meet_rivals(input));
            }
            shuffle(&mut order, epoch as u64);
            for &index in &order {
                if epoch % EVERY == 0 || inputs[index].distance >= mean {
                    trainer.learn(&mut inputs[index]);
                }
            }
            mean = inputs.iter().map(|i| i.distance).sum::<f32>() / inputs.len() as f32;
            progress((epoch + 1) as f32 / EPOCHS as f32);
            if mean < CONVERGED && (classes <= FEW || REFRESH.iter().all(|r| *r <= epoch)) {
                break;
            }
        }
        model.keep(&trainer);
        model
    }

    /// A model that knows the features of the examples, and has no weights yet.
    fn vocabulary(examples: &[Example], classes: usize, dims: usize) -> Model {
        let mut counts: HashMap<u64, u32, std::hash::BuildHasherDefault<PassThrough>> = HashMap::default();
        examples.iter().flat_map(|e| &e.features.sparse).for_each(|f| *counts.entry(f.hash).or_default() += 1);
        let mut kept: Vec<(u32, u64)> = counts.into_iter().map(|(h, c)| (c, h)).collect();
        // The commonest lie together, which keeps most of what training touches in the processor's cache.
        kept.sort_unstable_by_key(|(c, h)| (std::cmp::Reverse(*c), *h));
        let rarity = |count: u32| ((1.0 + examples.len() as f32) / (1.0 + count as f32)).ln() + 1.0;
        let (rarity, hashes) = kept.into_iter().map(|(c, h)| (rarity(c), h)).unzip();
        let mut common = vec![0.0; dims];
        for example in examples {
            common.iter_mut().zip(&example.features.dense).for_each(|(c, v)| *c += v / examples.len() as f32);
        }
        let mut model = Model { classes, dims, common, hashes, rarity, ..Model::default() };
        model.restore();
        model
    }

    /// Looks up again which classes an example is held against: those that score highest, and those it has to do with.
    fn meet_rivals(&self, input: &mut Input) {
        let engaged = input.against.iter().zip(&input.alpha).filter(|(c, a)| **c == input.class || a.abs() > ENGAGED);
        let mut met: Vec<(u32, f32)> = engaged.map(|(c, a)| (*c, *a)).collect();
        for (class, _) in self.ranked(&input.sparse, &input.dense, RIVALS) {
            if !met.iter().any(|(c, _)| *c as usize == class) {
                met.push((class as u32, 0.0));
            }
        }
        (input.against, input.alpha) = met.into_iter().unzip();
    }

    /// Takes over what was learned, in the form that is quick to ask and small to keep.
    fn keep(&mut self, trainer: &Trainer) {
        let features = self.hashes.len();
        self.starts = vec![0; features + 1];
        self.scales = vec![0.0; features];
        self.entries.clear();
        for feature in 0..features {
            let range = trainer.starts[feature]..trainer.starts[feature + 1];
            let scale = scale(&trainer.weights[range.clone()]);
            for (class, weight) in trainer.posted[range.clone()].iter().zip(&trainer.weights[range]) {
                let weight = (weight / scale).round() as i8;
                if weight != 0 {
                    let [low, high] = (*class as u16).to_le_bytes();
                    self.entries.extend([low, high, weight as u8]);
                }
            }
            self.scales[feature] = scale;
            self.starts[feature + 1] = (self.entries.len() / ENTRY) as u32;
        }
        (self.dense_bytes, self.dense_scales) = (Vec::new(), Vec::new());
        for dense in trainer.dense.chunks_exact(self.dims.max(1)) {
            let scale = scale(dense);
            self.dense_bytes.extend(dense.iter().map(|w| (w / scale).round() as i8 as u8));
            self.dense_scales.push(scale);
        }
        self.bias.clone_from(&trainer.bias);
        self.restore();
    }
}

/// Classes to begin with where there are many: an example's own, and some others spread evenly.
fn strangers(own: u32, seed: u32, classes: u32) -> Vec<u32> {
    let others = RIVALS.min(classes as usize - 1) as u32;
    let step = ((classes - 1) / others).max(1);
    std::iter::once(own).chain((0..others).map(|k| (own + 1 + (k * step + seed % step) % (classes - 1)) % classes)).collect()
}
