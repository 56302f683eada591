//! The static word-vector table: for each word a short vector, so that words of like meaning lie close together.
//!
//! The table is a build product (see `assets/README.md`); nothing is learned or computed from a network here.
//! Without it ([`Table::none`]) every vector is empty and matching rests on words alone.

use fearless_simd::{Level, dispatch};
use rustc_hash::FxHashMap;

/// Marks a table file and its version.
const MAGIC: &[u8; 8] = b"FWORDS01";

/// A table of word vectors, read in place.
#[derive(Debug, Clone)]
pub struct Table {
    vocabulary: &'static str,
    /// Row of each word and piece.
    index: FxHashMap<&'static str, u32>,
    scales: Vec<f32>,
    ranks: Vec<u16>,
    rows: &'static [u8],
    dims: usize,
}

/// Why a table cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a word-vector table of this version, or cut short")]
pub struct Malformed;

impl Table {
    /// The table inside the binary.
    pub fn built_in() -> Table {
        Table::read(include_bytes!("../assets/words.bin")).expect("assets/words.bin is part of the program and tested")
    }

    /// A table without any word.
    pub fn none() -> Table {
        Table { vocabulary: "", index: FxHashMap::default(), scales: Vec::new(), ranks: Vec::new(), rows: &[], dims: 0 }
    }

    /// Reads a table; layout in `assets/README.md`.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes are not a table.
    pub fn read(bytes: &'static [u8]) -> Result<Table, Malformed> {
        let number =
            |at: usize| bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map(|b| u32::from_le_bytes(b) as usize).ok_or(Malformed);
        if bytes.get(..8) != Some(MAGIC) {
            return Err(Malformed);
        }
        let (count, dims, length) = (number(8)?, number(12)?, number(16)?);
        let vocabulary = bytes.get(20..20 + length).and_then(|b| std::str::from_utf8(b).ok()).ok_or(Malformed)?;
        let scales_at = (20 + length).div_ceil(4) * 4;
        let ranks_at = scales_at + 4 * count;
        let rows_at = ranks_at + 2 * count;
        let scales: Vec<f32> = bytes
            .get(scales_at..ranks_at)
            .ok_or(Malformed)?
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect();
        let ranks = bytes.get(ranks_at..rows_at).ok_or(Malformed)?.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
        let rows = bytes.get(rows_at..rows_at + count * dims).ok_or(Malformed)?;
        let index: FxHashMap<&str, u32> = vocabulary.split('\n').zip(0..).collect();
        if index.len() != count {
            return Err(Malformed);
        }
        Ok(Table { vocabulary, index, scales, ranks, rows, dims })
    }

    /// Length of a vector; 0 without a table.
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// The words of the table; pieces of words begin with `##`.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        self.vocabulary.lines()
    }

    /// The row of a word or piece.
    pub fn row(&self, word: &str) -> Option<usize> {
        self.index.get(word).map(|row| *row as usize)
    }

    /// How common a word is: 0 for the commonest.
    pub fn rank(&self, row: usize) -> u16 {
        self.ranks.get(row).copied().unwrap_or(u16::MAX)
    }

    fn add_row(&self, row: usize, weight: f32, out: &mut [f32]) {
        add_bytes(out, &self.rows[row * self.dims..(row + 1) * self.dims], self.scales[row] * weight);
    }

    /// Adds a word's vector to `out`, `weight` times; a word that the table lacks is put together from pieces
    /// (longest first, as WordPiece does). Returns whether anything was found.
    pub fn add(&self, word: &str, weight: f32, out: &mut [f32]) -> bool {
        if self.dims == 0 || word.is_empty() {
            return false;
        }
        if let Some(row) = self.row(word) {
            self.add_row(row, weight, out);
            return true;
        }
        let mut pieces: [usize; 16] = [0; 16];
        let mut count = 0;
        let mut start = 0;
        let mut piece = String::with_capacity(word.len() + 2);
        while start < word.len() && count < pieces.len() {
            let mut end = word.len();
            let found = loop {
                if end <= start {
                    break None;
                }
                if word.is_char_boundary(end) {
                    piece.clear();
                    if start > 0 {
                        piece.push_str("##");
                    }
                    piece.push_str(&word[start..end]);
                    if let Some(row) = self.row(&piece) {
                        break Some(row);
                    }
                }
                end -= 1;
            };
            let Some(row) = found else { return false };
            pieces[count] = row;
            count += 1;
            start = end;
        }
        pieces[..count].iter().for_each(|&row| self.add_row(row, weight / count as f32, out));
        count > 0
    }

    /// A word's vector of length one, or `None` if the table cannot make one.
    pub fn unit(&self, word: &str) -> Option<Vec<f32>> {
        let mut out = vec![0.0; self.dims];
        self.add(word, 1.0, &mut out).then(|| normalise(&mut out)).filter(|n| *n > 0.0)?;
        Some(out)
    }
}

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

/// Adds signed bytes to numbers, `scale` times.
pub fn add_bytes(out: &mut [f32], bytes: &[u8], scale: f32) {
    dispatch!(Level::new(), _ => {
        for (o, b) in out.iter_mut().zip(bytes) {
            *o += scale * f32::from(*b as i8);
        }
    });
}

/// The inner product of signed bytes with each of `rows`, which lie one after the other; `found` gets the row and the
/// product.
pub fn byte_dots(query: &[u8], rows: &[u8], mut found: impl FnMut(usize, i32)) {
    dispatch!(Level::new(), _ => {
        for (index, row) in rows.chunks_exact(query.len().max(1)).enumerate() {
            found(index, query.iter().zip(row).map(|(a, b)| i32::from(*a as i8) * i32::from(*b as i8)).sum());
        }
    });
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
