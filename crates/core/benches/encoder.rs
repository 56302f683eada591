//! How long the sentence encoder takes: `cargo bench -p factotum-core --bench encoder`.
#![allow(clippy::print_stdout, reason = "the report of a benchmark")]

use factotum_core::encoder::Encoder;
use std::time::Instant;

fn main() {
    let encoder = Encoder::built_in();
    let words: Vec<&str> =
        "which of the countries that belong to the alliance do not yet recognise it as a state".split(' ').cycle().take(126).collect();
    for pieces in [8, 12, 16, 32, 64, 128] {
        let mut times: Vec<f64> = (0..60)
            .map(|_| {
                let begun = Instant::now();
                std::hint::black_box(encoder.encode(words[..pieces - 2].iter().copied()));
                begun.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!("{pieces:>4} pieces  {:6.2} ms at the median, {:6.2} ms at the 95th percentile", times[30], times[57]);
    }
}
