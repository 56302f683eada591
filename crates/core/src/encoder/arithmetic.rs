//! The arithmetic of the network, the same bit by bit on every processor.
//!
//! Products of matrices are sums of whole numbers, which come out the same in any order, so a compiler may use whatever vector instructions
//! there are. What is done in floating point uses only operations whose result IEEE 754 fixes (sum, difference, product, quotient, square
//! root, conversion), each sum in an order that is written down, and no function of a mathematical library.

use fearless_simd::{Level, dispatch};

/// Largest magnitude of an input as a whole number: twelve bits. With it the sum over 1,536 products with bytes stays below 2^29, and
/// rounding the inputs adds no error that shows beside the rounding of the weights.
const LARGEST: f32 = 2047.0;
/// Rows of inputs that are worked out together.
const TOGETHER: usize = 4;
/// Rows of weights in a block: a block holds the first two weights of each of its rows, then the next two, and so on, so that a vector
/// instruction takes a pair of inputs to all rows of the block.
pub(super) const BLOCK: usize = 16;

/// A linear map with its weights in signed bytes.
#[derive(Debug)]
pub(super) struct Linear {
    /// Numbers of an input, an even number.
    pub(super) inputs: usize,
    /// The weights, block by block: [`BLOCK`] rows each, a row for each number of the output.
    pub(super) blocks: &'static [u8],
    /// What each row is multiplied with; their number is a multiple of twice [`BLOCK`].
    pub(super) scales: Vec<f32>,
    /// What is added to each number of the output.
    pub(super) bias: Vec<f32>,
}

impl Linear {
    /// The outputs for inputs that lie row by row; each input row is rounded to whole numbers, with a scale of its own.
    pub(super) fn apply(&self, inputs: &[f32]) -> Vec<f32> {
        let (outputs, pairs) = (self.scales.len(), self.inputs / 2);
        let rows = inputs.len() / self.inputs;
        let mut out = vec![0.0; rows * outputs];
        let mut whole = vec![0i32; rows.next_multiple_of(TOGETHER) * pairs];
        let scales: Vec<f32> =
            inputs.chunks_exact(self.inputs).zip(whole.chunks_exact_mut(pairs)).map(|(row, whole)| rounded(row, whole)).collect();
        let mut sums = [[0i32; 2 * BLOCK]; TOGETHER];
        for (at, block) in self.blocks.chunks_exact(2 * BLOCK * self.inputs).enumerate() {
            for (group, whole) in whole.chunks_exact(TOGETHER * pairs).enumerate() {
                multiply(block, whole, &mut sums);
                for (row, sums) in (group * TOGETHER..rows).zip(&sums) {
                    let range = at * 2 * BLOCK..(at + 1) * 2 * BLOCK;
                    let out = &mut out[row * outputs..][range.clone()];
                    let by = scales[row];
                    for (((out, sum), scale), bias) in out.iter_mut().zip(sums).zip(&self.scales[range.clone()]).zip(&self.bias[range]) {
                        *out = *sum as f32 * (scale * by) + bias;
                    }
                }
            }
        }
        out
    }
}

/// The products of two blocks of weights with [`TOGETHER`] rows of inputs, which come as pairs of 16-bit numbers.
fn multiply(blocks: &[u8], whole: &[i32], sums: &mut [[i32; 2 * BLOCK]; TOGETHER]) {
    let level = Level::new();
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(avx512) = level.as_avx512() {
            return x86::multiply_avx512(avx512, blocks, whole, sums);
        }
        if let Some(avx2) = level.as_avx2() {
            return x86::multiply_avx2(avx2, blocks, whole, sums);
        }
    }
    dispatch!(level, _ => multiply_anywhere(blocks, whole, sums));
}

#[inline(always)]
fn multiply_anywhere(blocks: &[u8], whole: &[i32], sums: &mut [[i32; 2 * BLOCK]; TOGETHER]) {
    let pairs = whole.len() / TOGETHER;
    *sums = Default::default();
    for (half, block) in blocks.chunks_exact(blocks.len() / 2).enumerate() {
        for (pair, weights) in block.chunks_exact(2 * BLOCK).enumerate() {
            for (row, sums) in sums.iter_mut().enumerate() {
                let both = whole[row * pairs + pair];
                let (first, second) = (i32::from(both as i16), both >> 16);
                let sums = &mut sums[half * BLOCK..(half + 1) * BLOCK];
                for (sum, weights) in sums.iter_mut().zip(weights.chunks_exact(2)) {
                    *sum += i32::from(weights[0] as i8) * first + i32::from(weights[1] as i8) * second;
                }
            }
        }
    }
}

/// The same with the instructions that multiply pairs; whole numbers, so the sums are the same.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{BLOCK, TOGETHER};
    use fearless_simd::{i32x8, i32x16, kernel, prelude::*, u8x16, u8x32};
    use std::arch::x86_64::{
        __m256i, __m512i, _mm256_add_epi32, _mm256_cvtepi8_epi16, _mm256_madd_epi16, _mm256_set1_epi32, _mm256_setzero_si256,
        _mm512_cvtepi8_epi16, _mm512_dpwssd_epi32, _mm512_set1_epi32, _mm512_setzero_si512,
    };

    kernel!(
        pub(super) fn multiply_avx512(avx512: Avx512, blocks: &[u8], whole: &[i32], sums: &mut [[i32; 2 * BLOCK]; TOGETHER]) {
            let pairs = whole.len() / TOGETHER;
            let (low, high) = blocks.split_at(blocks.len() / 2);
            let (a, b) = whole.split_at(2 * pairs);
            let ((a, b), (c, d)) = (a.split_at(pairs), b.split_at(pairs));
            let mut found: [[__m512i; 2]; TOGETHER] = [[_mm512_setzero_si512(); 2]; TOGETHER];
            for (pair, (low, high)) in low.chunks_exact(2 * BLOCK).zip(high.chunks_exact(2 * BLOCK)).enumerate() {
                let low = _mm512_cvtepi8_epi16(u8x32::from_slice(avx512, low).into());
                let high = _mm512_cvtepi8_epi16(u8x32::from_slice(avx512, high).into());
                for (found, row) in found.iter_mut().zip([a, b, c, d]) {
                    let both = _mm512_set1_epi32(row[pair]);
                    found[0] = _mm512_dpwssd_epi32(found[0], low, both);
                    found[1] = _mm512_dpwssd_epi32(found[1], high, both);
                }
            }
            for (sums, found) in sums.iter_mut().zip(found) {
                for (sums, found) in sums.chunks_exact_mut(BLOCK).zip(found) {
                    let found: i32x16<_> = found.simd_into(avx512);
                    found.store_slice(sums);
                }
            }
        }
    );

    kernel!(
        pub(super) fn multiply_avx2(avx2: Avx2, blocks: &[u8], whole: &[i32], sums: &mut [[i32; 2 * BLOCK]; TOGETHER]) {
            let pairs = whole.len() / TOGETHER;
            let (a, b) = whole.split_at(2 * pairs);
            let ((a, b), (c, d)) = (a.split_at(pairs), b.split_at(pairs));
            for (half, block) in blocks.chunks_exact(blocks.len() / 2).enumerate() {
                let mut found: [[__m256i; 2]; TOGETHER] = [[_mm256_setzero_si256(); 2]; TOGETHER];
                for (pair, weights) in block.chunks_exact(2 * BLOCK).enumerate() {
                    let low = _mm256_cvtepi8_epi16(u8x16::from_slice(avx2, &weights[..BLOCK]).into());
                    let high = _mm256_cvtepi8_epi16(u8x16::from_slice(avx2, &weights[BLOCK..]).into());
                    for (found, row) in found.iter_mut().zip([a, b, c, d]) {
                        let both = _mm256_set1_epi32(row[pair]);
                        found[0] = _mm256_add_epi32(found[0], _mm256_madd_epi16(low, both));
                        found[1] = _mm256_add_epi32(found[1], _mm256_madd_epi16(high, both));
                    }
                }
                for (sums, found) in sums.iter_mut().zip(found) {
                    for (at, found) in found.into_iter().enumerate() {
                        let found: i32x8<_> = found.simd_into(avx2);
                        found.store_slice(&mut sums[half * BLOCK + at * 8..][..8]);
                    }
                }
            }
        }
    );
}

/// Rounds numbers to whole ones of at most [`LARGEST`], two in each `whole`; returns what these are multiplied with.
fn rounded(row: &[f32], whole: &mut [i32]) -> f32 {
    // Adding and taking away 1.5 * 2^23 rounds to the nearest whole number, half to even.
    const ROUND: f32 = 12_582_912.0;
    let largest = row.iter().fold(f32::MIN_POSITIVE, |most, v| most.max(v.abs()));
    let by = LARGEST / largest;
    let round = |v: f32| (v * by + ROUND - ROUND) as i32;
    whole.iter_mut().zip(row.chunks_exact(2)).for_each(|(w, v)| *w = (round(v[0]) & 0xffff) | (round(v[1]) << 16));
    largest / LARGEST
}

/// Eight sums that become one, so that vector instructions may work them out, in an order that they cannot change.
#[inline(always)]
fn sum(values: impl Fn(usize) -> f32, count: usize) -> f32 {
    let mut sums = [0.0f32; 8];
    for block in 0..count / 8 {
        for (lane, sum) in sums.iter_mut().enumerate() {
            *sum += values(block * 8 + lane);
        }
    }
    let rest: f32 = (count / 8 * 8..count).map(values).sum();
    sums.iter().sum::<f32>() + rest
}

/// Layer normalisation of one row.
pub(super) fn normalise(row: &mut [f32], gain: &[f32], shift: &[f32]) {
    /// As the network was trained.
    const LEAST: f32 = 1e-12;
    dispatch!(Level::new(), _ => {
        let count = row.len() as f32;
        let mean = sum(|i| row[i], row.len()) / count;
        let variance = sum(|i| (row[i] - mean) * (row[i] - mean), row.len()) / count;
        let by = 1.0 / (variance + LEAST).sqrt();
        row.iter_mut().zip(gain.iter().zip(shift)).for_each(|(v, (g, s))| *v = (*v - mean) * by * g + s);
    });
}

/// Attention of `HEADS` heads of `HEAD` numbers each (Vaswani and others, 2017): rows hold queries, keys and values of `dims` numbers.
/// Queries come divided by the square root of `HEAD`.
pub(super) fn attention<const HEADS: usize, const HEAD: usize>(rows: &[f32], dims: usize) -> Vec<f32> {
    let count = rows.len() / (3 * dims);
    let mut out = vec![0.0; count * dims];
    let mut keys = vec![0.0; HEAD * count];
    let mut weights = vec![0.0; count];
    dispatch!(Level::new(), _ => {
        for head in 0..HEADS {
            let place = |row: usize, part: usize| row * 3 * dims + part * dims + head * HEAD;
            // One number of all keys after the other, so that the scores of a query are worked out side by side.
            for row in 0..count {
                for (at, value) in rows[place(row, 1)..][..HEAD].iter().enumerate() {
                    keys[at * count + row] = *value;
                }
            }
            for row in 0..count {
                weights.fill(0.0);
                for (value, keys) in rows[place(row, 0)..][..HEAD].iter().zip(keys.chunks_exact(count)) {
                    weights.iter_mut().zip(keys).for_each(|(w, k)| *w += value * k);
                }
                let most = weights.iter().fold(f32::MIN, |most, w| most.max(*w));
                weights.iter_mut().for_each(|w| *w = exp(*w - most));
                let by = 1.0 / sum(|i| weights[i], count);
                let mixed = &mut out[row * dims + head * HEAD..][..HEAD];
                for (other, weight) in weights.iter().enumerate() {
                    let weight = weight * by;
                    mixed.iter_mut().zip(&rows[place(other, 2)..][..HEAD]).for_each(|(m, v)| *m += weight * v);
                }
            }
        }
    });
    out
}

/// The Gaussian error linear unit (Hendrycks and Gimpel, 2016), `v` times the normal distribution's function at `v`.
pub(super) fn gelu(values: &mut [f32]) {
    dispatch!(Level::new(), _ => {
        for value in values.iter_mut() {
            let v = *value;
            *value = 0.5 * v * (1.0 + erf(v * std::f32::consts::FRAC_1_SQRT_2));
        }
    });
}

/// The error function: Abramowitz and Stegun, "Handbook of Mathematical Functions", 7.1.26; its error is at most 1.5e-7.
#[inline(always)]
fn erf(x: f32) -> f32 {
    let magnitude = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * magnitude);
    let series = t * (0.254_829_6 + t * (-0.284_496_74 + t * (1.421_413_7 + t * (-1.453_152 + t * 1.061_405_4))));
    let value = 1.0 - series * exp(-(magnitude * magnitude));
    value.copysign(x)
}

/// The exponential function for numbers up to 88, by its series on half of a power of two (Cody and Waite, 1980); relative error below 3e-7.
#[inline(always)]
fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts, the first with so few digits that its multiples are exact.
    const LN_2: (f32, f32) = (0.693_359_4, -2.121_944_4e-4);
    let x = x.max(-87.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2.0 - n * LN_2.1;
    let series = 1.0 + r * (1.0 + r * (0.5 + r * (0.166_666_67 + r * (0.041_666_67 + r * (0.008_333_334 + r * 0.001_388_889)))));
    // The low bits of `shifted` hold n; moved up, they are the exponent.
    series * f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_as_exact_as_they_claim() {
        for step in -8_700..=8_700 {
            let x = step as f32 / 100.0;
            let expected = f64::from(x).exp();
            assert!((f64::from(exp(x)) / expected - 1.0).abs() < 3e-7, "exp({x})");
        }
        assert_eq!(exp(-1e9), exp(-87.0));
        // From a table of the error function.
        for (x, expected) in [(0.0, 0.0), (0.5, 0.520_499_9), (1.0, 0.842_700_8), (2.0, 0.995_322_3), (4.0, 1.0)] {
            assert!((erf(x) - expected).abs() < 4e-7 && (erf(-x) + expected).abs() < 4e-7, "erf({x}) is {}", erf(x));
        }
    }

    #[test]
    fn products_are_those_of_whole_numbers() {
        const INPUTS: usize = 6;
        let weight = |row: usize, at: usize| ((row * 31 + at * 17) % 255) as i32 - 127;
        let (mut blocks, outputs) = (Vec::new(), 4 * BLOCK);
        for block in 0..outputs / BLOCK {
            for pair in 0..INPUTS / 2 {
                let of =
                    |row: usize| [weight(block * BLOCK + row, 2 * pair) as i8 as u8, weight(block * BLOCK + row, 2 * pair + 1) as i8 as u8];
                blocks.extend((0..BLOCK).flat_map(of));
            }
        }
        let map =
            Linear { inputs: INPUTS, blocks: blocks.leak(), scales: vec![0.5; outputs], bias: (0..outputs).map(|o| o as f32).collect() };
        // Largest magnitude 2047, so that rounding changes nothing.
        let input = |row: usize, at: usize| if at == 0 { 2047 } else { ((row * 977 + at * 331) % 4001) as i32 - 2000 };
        for rows in 1..=9 {
            let inputs: Vec<f32> = (0..rows).flat_map(|row| (0..INPUTS).map(move |at| input(row, at) as f32)).collect();
            let out = map.apply(&inputs);
            for (row, found) in out.chunks_exact(outputs).enumerate() {
                for (output, found) in found.iter().enumerate() {
                    let sum: i32 = (0..INPUTS).map(|at| weight(output, at) * input(row, at)).sum();
                    assert_eq!(*found, sum as f32 * 0.5 + output as f32, "row {row} of {rows}, output {output}");
                }
            }
        }
        let whole: Vec<i32> = (0..TOGETHER * INPUTS / 2).map(|n| (n as i32 * 77 - 300) << 16 | (n as i32 * 55)).collect();
        let (mut best, mut plain) = ([[0; 2 * BLOCK]; TOGETHER], [[0; 2 * BLOCK]; TOGETHER]);
        multiply(&map.blocks[..2 * BLOCK * INPUTS], &whole, &mut best);
        multiply_anywhere(&map.blocks[..2 * BLOCK * INPUTS], &whole, &mut plain);
        assert_eq!(best, plain);
    }
}
