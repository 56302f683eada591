//! Arithmetic on vectors: the same result with any instructions.

use fearless_simd::{Level, dispatch};

/// Scales a vector to length one; returns the length that it had.
pub fn normalise(vector: &mut [f32]) -> f32 {
    let length = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|v| *v /= length);
    }
    length
}

/// The inner product.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    dispatch!(Level::new(), _ => product(a, b))
}

/// Adds to each picked row's score the inner product of `query` with the row: signed bytes, times the row's scale. Rows lie
/// one after the other, as long as `query`; those that do not exist add nothing.
pub fn add_byte_dots(query: &[f32], rows: &[u8], scales: &[f32], picks: &mut [(usize, f32)]) {
    let length = query.len();
    dispatch!(Level::new(), _ => {
        for (row, score) in picks {
            if let (Some(bytes), Some(scale)) = (rows.get(*row * length..(*row + 1) * length), scales.get(*row)) {
                *score += scale * byte_product(query, bytes);
            }
        }
    });
}

/// Adds numbers to others, `scale` times.
pub fn add_scaled(out: &mut [f32], numbers: &[f32], scale: f32) {
    dispatch!(Level::new(), _ => out.iter_mut().zip(numbers).for_each(|(o, n)| *o += scale * n));
}

/// Adds signed bytes to numbers, `scale` times.
pub fn add_bytes(out: &mut [f32], bytes: &[u8], scale: f32) {
    dispatch!(Level::new(), _ => {
        for (o, b) in out.iter_mut().zip(bytes) {
            *o += scale * f32::from(*b as i8);
        }
    });
}

/// The greatest inner product of `query` with one of `rows`, which lie one after the other: signed bytes, times the row's scale.
pub fn byte_product_max(query: &[f32], rows: &[u8], scales: &[f32]) -> f32 {
    let mut most = f32::NEG_INFINITY;
    dispatch!(Level::new(), _ => {
        for (row, scale) in rows.chunks_exact(query.len().max(1)).zip(scales) {
            most = most.max(scale * byte_product(query, row));
        }
    });
    most
}

/// The inner product as eight sums, so that it can be worked out with vector instructions and comes out the same with any.
#[inline(always)]
fn product(a: &[f32], b: &[f32]) -> f32 {
    sums(a, b, |b| *b)
}

/// The same with signed bytes on the right.
#[inline(always)]
fn byte_product(a: &[f32], b: &[u8]) -> f32 {
    sums(a, b, |b| f32::from(*b as i8))
}

#[inline(always)]
fn sums<B>(a: &[f32], b: &[B], number: impl Fn(&B) -> f32) -> f32 {
    let mut sums = [0.0f32; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a8.remainder().iter().zip(b8.remainder()).map(|(a, b)| a * number(b)).sum();
    for (a, b) in a8.zip(b8) {
        for k in 0..8 {
            sums[k] += a[k] * number(&b[k]);
        }
    }
    sums.iter().sum::<f32>() + rest
}
