//! The bot from end to end: the real binary against a Discord on loopback, with real HTTP and websocket traffic.
//!
//! Most of a test's time goes by waiting for what the library or the protocol waits for, so all of them run side by side. With
//! `DISCORD_OPENAPI` set to Discord's description of its API, every request is held against it.

mod bot;
mod fake;
mod openapi;
mod rest_proxy;

mod answers;
mod faults;
mod image;
mod interactions;
mod load;
mod mutated;
mod operating;
mod production;
mod sharing;
mod signer;
mod stopping;

use fake::{Fake, requests};
use libtest_mimic::{Arguments, Trial};
use std::future::Future;
use std::process::ExitCode;

/// Tests that run at once. Each is two or three sleeping processes; more would only compete for the processor at the start.
const SIDE_BY_SIDE: usize = 8;

/// A test by its name.
macro_rules! tests {
    ($($module:ident :: { $($name:ident),+ $(,)? })+) => {
        vec![$($((concat!(stringify!($module), "::", stringify!($name)), trial(|fake| Box::pin($module::$name(fake))))),+),+]
    };
}

type Body = Box<dyn FnOnce(Fake) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

fn trial(body: impl FnOnce(Fake) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> + Send + 'static) -> Body {
    Box::new(body)
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [command, words @ ..] = words.as_slice()
        && command == "image"
    {
        return runtime.block_on(image::tried(words));
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(SIDE_BY_SIDE));
    let handle = runtime.handle().clone();
    let all: Vec<(&str, Body)> = tests! {
        answers::{
            by_command, in_private, by_direct_message, by_mention, by_reply_to_the_bot, by_the_context_menu,
            nobody_is_answered_who_did_not_ask, no_privileged_intent_is_asked_for, declines_and_offers, buttons_work_after_a_restart,
            forged_buttons_are_declined, feedback_counts_once, typing_is_completed, browsing_leads_to_an_answer, plain_commands,
            long_answers_take_several_messages, commands_are_registered_when_they_differ, commands_need_not_be_registered,
            without_commands_messages_are_answered, the_command_line_shows_registers_and_clears, the_command_line_prints_an_invitation,
            too_many_questions_are_told_once, lists_say_who_may_ask_where, each_reply_is_logged_with_its_times,
        }
        faults::{
            close_4004, close_4010, close_4011, close_4012, close_4013, close_4014, a_wrong_token_is_noticed_before_any_session, no_token,
            the_breaker_opens, the_breaker_opens_for_4009_too, no_session_is_left_today, the_days_sessions_run_out, resumes_after_4000, resumes_after_1001,
            resumes_after_op_7, resumes_after_a_dropped_connection, begins_anew_after_4009, begins_anew_after_op_9,
            op_9_before_there_is_a_session, a_zombie_connection_is_left, no_sign_of_life_is_not_ready,
            stays_ready_while_heartbeats_are_acknowledged, sends_a_heartbeat_when_asked, the_gateway_is_gone, the_gateway_comes_back,
            there_never_is_a_gateway, the_gateways_address_is_asked_for_again, no_address_no_connection, never_the_librarys_own_address,
            the_librarys_question_is_not_waited_for_forever,
            too_many_requests_are_tried_again, a_failing_server_is_tried_again, no_answer_is_tried_again, a_lost_answer_posts_nothing_twice,
            a_malformed_answer_posts_nothing_twice, what_is_refused_is_not_tried_again, a_response_is_tried_again,
            a_response_without_an_answer_is_tried_again, a_response_that_arrived_counts, three_seconds_are_over,
            what_cannot_be_read_is_passed_over, compressed_frames_are_read, as_many_shards_as_advised, a_share_of_the_shards,
            two_processes_share_the_work, shards_that_do_not_fit_together,
        }
        interactions::{
            discord_sees_that_it_is_there, the_same_bytes_as_over_the_gateway, what_does_not_fit_follows, only_discord_is_answered,
            too_many_questions_get_nothing, copies_need_nothing_of_each_other, stops_once_nobody_sends_any_more, its_knowledge_is_read_anew,
            what_it_needs_to_begin,
        }
        load::{
            two_hundred_a_second, sixteen_shards,
        }
        mutated::{
            nothing_breaks_nobody_is_pinged,
        }
        operating::{
            tells_how_it_is, tells_that_it_is_not_ready, a_health_check_says_whether_it_is_ready, a_port_that_is_taken_ends_it,
            nothing_is_told_where_nobody_wants_it, knowledge_is_read_anew_when_told, a_link_that_points_elsewhere_is_noticed,
            bad_knowledge_is_refused, buttons_outlive_the_knowledge_that_made_them, built_in_knowledge_cannot_be_read_anew,
            stops_while_it_learns, killed_and_started_again, the_token_may_lie_in_a_file, the_log_can_be_json,
            who_asks_is_logged_only_where_it_is_wanted, variables_that_set_nothing_are_told,
        }
        production::{
            answers_and_keeps_the_limits, trusts_nobody_else,
        }
        sharing::{
            one_of_two_processes_is_killed, buckets_do_not_wait_for_each_other, a_lost_session_waits_for_its_turn,
            the_days_sessions_are_those_of_all, the_queue_comes_later, without_a_queue_it_gives_up, who_dies_waiting_costs_no_turn,
            stops_while_it_waits, a_missing_queue_is_told, the_queue_needs_discord,
        }
        stopping::{
            on_sigterm, on_sigint, replies_in_flight_arrive, a_reply_that_never_arrives_is_not_waited_for, while_the_gateway_is_gone,
            while_a_session_is_begun_anew, while_the_gateway_is_mute, while_the_knowledge_is_learned, before_discord_says_where_to_connect,
            while_discord_fails, all_shards_close_side_by_side, while_shards_wait_for_their_turn,
        }
    };
    let mut trials: Vec<Trial> = all
        .into_iter()
        .map(|(name, body)| {
            let handle = handle.clone();
            Trial::test(name, move || {
                handle.block_on(async {
                    let fake = Fake::start().await;
                    body(fake.clone()).await;
                    requests(&fake.seen()).for_each(openapi::check);
                });
                Ok(())
            })
            // Load takes minutes, and says something of optimised builds only; the hook for the way to production is in the others only.
            .with_ignored_flag(name.starts_with("load::") || (name.starts_with("production::") && !cfg!(debug_assertions)))
        })
        .collect();
    trials.push(Trial::test("requests_are_held_against_discords_description", || Ok(())).with_ignored_flag(!openapi::available()));
    libtest_mimic::run(&arguments, trials).exit_code()
}
