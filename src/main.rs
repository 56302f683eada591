//! The program: arguments, logging, one command, an exit status.

mod cli;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let status = match cli::Arguments::try_parse() {
        Ok(arguments) => match cli::run(&arguments) {
            Ok(status) => status.into(),
            // The reader of our output has closed it.
            Err(error) if is_broken_pipe(&error) => cli::Status::Good.into(),
            Err(error) => {
                cli::complain(&error);
                cli::Status::CouldNotRun.into()
            }
        },
        Err(usage) => cli::show_usage(&usage),
    };
    cli::finish();
    status
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>()).any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}
