//! The network's layers, with their weights read in place.

use super::arithmetic::{self, Linear};
use super::{DIMS, MAX_PIECES, Malformed};

/// Layers of the network.
const LAYERS: usize = 6;
/// Numbers inside the feed-forward part of a layer.
const INNER: usize = 1536;
/// Heads of attention.
const HEADS: usize = 12;
/// Numbers of a head.
const HEAD: usize = DIMS / HEADS;

/// Reads weights one after the other.
#[derive(Debug)]
pub(super) struct Cursor {
    rest: &'static [u8],
}

impl Cursor {
    pub(super) fn new(bytes: &'static [u8]) -> Cursor {
        Cursor { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'static [u8], Malformed> {
        let (found, rest) = self.rest.split_at_checked(count).ok_or(Malformed)?;
        self.rest = rest;
        Ok(found)
    }

    pub(super) fn count(&mut self) -> Result<usize, Malformed> {
        let bytes = self.bytes(4)?.try_into().map_err(|_| Malformed)?;
        usize::try_from(u32::from_le_bytes(bytes)).map_err(|_| Malformed)
    }

    pub(super) fn numbers(&mut self, count: usize) -> Result<Vec<f32>, Malformed> {
        let bytes = self.bytes(count.checked_mul(4).ok_or(Malformed)?)?;
        let numbers: Vec<f32> = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        if numbers.iter().all(|n| n.is_finite()) { Ok(numbers) } else { Err(Malformed) }
    }

    fn linear(&mut self, inputs: usize, outputs: usize) -> Result<Linear, Malformed> {
        let (scales, bias) = (self.numbers(outputs)?, self.numbers(outputs)?);
        Ok(Linear { inputs, blocks: self.bytes(inputs * outputs)?, scales, bias })
    }

    fn norm(&mut self) -> Result<Norm, Malformed> {
        Ok(Norm { gain: self.numbers(DIMS)?, shift: self.numbers(DIMS)? })
    }
}

/// Vectors of pieces and places.
#[derive(Debug)]
pub(super) struct Embeddings {
    scales: Vec<f32>,
    pieces: &'static [u8],
    places: Vec<f32>,
    /// Of a first and a second text.
    parts: Vec<f32>,
    norm: Norm,
}

impl Embeddings {
    pub(super) fn read(from: &mut Cursor, count: usize) -> Result<Embeddings, Malformed> {
        let scales = from.numbers(count)?;
        let pieces = from.bytes(count * DIMS)?;
        Ok(Embeddings { scales, pieces, places: from.numbers(MAX_PIECES * DIMS)?, parts: from.numbers(2 * DIMS)?, norm: from.norm()? })
    }

    /// A row for each of the first [`MAX_PIECES`] pieces; `part` says for a place whether it belongs to the first text (0) or the second (1).
    pub(super) fn look_up(&self, pieces: &[u32], part: impl Fn(usize) -> usize) -> Vec<f32> {
        let pieces = &pieces[..pieces.len().min(MAX_PIECES)];
        let mut out = Vec::with_capacity(pieces.len() * DIMS);
        for (place, piece) in pieces.iter().enumerate() {
            let row = |table: usize| table * DIMS..(table + 1) * DIMS;
            let (piece, scale) = (&self.pieces[row(*piece as usize)], self.scales[*piece as usize]);
            let added = self.places[row(place)].iter().zip(&self.parts[row(part(place).min(1))]);
            out.extend(piece.iter().zip(added).map(|(p, (place, part))| f32::from(*p as i8) * scale + place + part));
        }
        self.norm.apply(&mut out);
        out
    }
}

/// Brings each row to mean 0 and deviation 1, then to a learned gain and shift (Ba, Kiros and Hinton, 2016).
#[derive(Debug)]
struct Norm {
    gain: Vec<f32>,
    shift: Vec<f32>,
}

impl Norm {
    fn apply(&self, rows: &mut [f32]) {
        rows.chunks_exact_mut(DIMS).for_each(|row| arithmetic::normalise(row, &self.gain, &self.shift));
    }
}

#[derive(Debug)]
struct Layer {
    /// Queries, keys and values, one after the other.
    attend: Linear,
    join: Linear,
    joined: Norm,
    widen: Linear,
    narrow: Linear,
    narrowed: Norm,
}

/// The layers of one network.
#[derive(Debug)]
pub(super) struct Layers(Vec<Layer>);

impl Layers {
    pub(super) fn read(from: &mut Cursor) -> Result<Layers, Malformed> {
        let layer = |_| {
            Ok(Layer {
                attend: from.linear(DIMS, 3 * DIMS)?,
                join: from.linear(DIMS, DIMS)?,
                joined: from.norm()?,
                widen: from.linear(DIMS, INNER)?,
                narrow: from.linear(INNER, DIMS)?,
                narrowed: from.norm()?,
            })
        };
        (0..LAYERS).map(layer).collect::<Result<_, _>>().map(Layers)
    }

    /// Runs all layers over the rows of one text.
    pub(super) fn run(&self, hidden: &mut [f32]) {
        for layer in &self.0 {
            let attended = layer.attend.apply(hidden);
            let mixed = arithmetic::attention::<HEADS, HEAD>(&attended, DIMS);
            add(hidden, &layer.join.apply(&mixed));
            layer.joined.apply(hidden);
            let mut wide = layer.widen.apply(hidden);
            arithmetic::gelu(&mut wide);
            add(hidden, &layer.narrow.apply(&wide));
            layer.narrowed.apply(hidden);
        }
    }
}

fn add(to: &mut [f32], what: &[f32]) {
    to.iter_mut().zip(what).for_each(|(t, w)| *t += w);
}
