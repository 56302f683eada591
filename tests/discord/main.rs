//! End-to-end tests: the real binary against a fake Discord on loopback, with real HTTP and websocket traffic.
//!
//! Tests mostly wait for timeouts of serenity or the protocol, so they run side by side. With `DISCORD_OPENAPI` set to Discord's description
//! of its API, every request is validated against it.

mod bot;
mod fake;
mod openapi;
mod rest_proxy;

mod answers;
mod faults;
mod hardening;
mod image;
mod interactions;
mod languages;
mod load;
mod mutated;
mod operating;
mod people;
mod production;
mod records;
mod sharing;
mod signer;
mod stopping;
mod talk;

use fake::{Fake, requests};
use libtest_mimic::{Arguments, Trial};
use std::future::Future;
use std::process::ExitCode;

/// Tests that run at once. Each is two or three sleeping processes; more would only compete for the CPU at the start.
const SIDE_BY_SIDE: usize = 8;

/// A test by its name.
macro_rules! tests {
    ($($module:ident :: { $($name:ident),+ $(,)? })+) => {
        vec![$($((concat!(stringify!($module), "::", stringify!($name)), trial(|fake| Box::pin($module::$name(fake))))),+),+]
    };
}

/// What the bot says to people who have Discord in English.
fn words() -> &'static factotum_wording::Discord {
    &factotum_wording::Language::English.wording().discord
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
            replies_only_when_asked, asks_for_no_privileged_intent, declines_and_offers, buttons_work_after_a_restart,
            forged_buttons_are_declined, feedback_counts_once, questions_are_suggested_while_typing, browsing_leads_to_an_answer, plain_commands,
            long_answers_take_several_messages, commands_are_registered_when_they_differ, registering_commands_can_be_turned_off,
            without_commands_messages_are_answered, the_command_line_shows_registers_and_clears, the_command_line_prints_an_invitation,
            commands_of_others_are_left_alone, two_processes_register_at_once, one_notice_over_the_limit, allow_and_deny_lists, each_reply_is_logged_with_its_durations,
        }
        faults::{
            close_4004, close_4010, close_4011, close_4012, close_4013, close_4014, a_wrong_token_is_noticed_before_any_session, no_token,
            the_breaker_opens, the_breaker_opens_for_4009_too, no_sessions_left_today, the_daily_sessions_run_out, resumes_after_4000, resumes_after_1001,
            resumes_after_op_7, resumes_after_a_dropped_connection, new_session_after_4009, new_session_after_op_9,
            op_9_before_a_session, a_zombie_connection_is_dropped, not_ready_without_heartbeats,
            stays_ready_while_heartbeats_are_acknowledged, sends_a_heartbeat_when_asked, the_gateway_goes_down, the_gateway_comes_back,
            the_gateway_is_never_up, asking_for_the_gateway_is_retried, without_an_address_it_exits, serenitys_fallback_address_is_never_used,
            serenitys_request_has_a_timeout,
            a_429_is_retried, a_5xx_is_retried, no_response_is_retried, a_lost_response_posts_nothing_twice,
            a_malformed_response_posts_nothing_twice, rejections_are_not_retried, a_response_is_retried,
            a_response_without_a_reply_is_retried, a_response_that_arrived_counts, three_seconds_are_over,
            unreadable_events_are_skipped, compressed_frames_are_read, as_many_shards_as_recommended, a_share_of_the_shards,
            two_processes_share_the_shards, shards_that_do_not_fit_together,
        }
        hardening::{
            a_flood_in_slow_channels_leaves_commands_alone, nobody_reads_the_log, idle_connections_make_room,
            a_recorded_interaction_is_answered_once, a_stale_request_learns_why, a_pipe_among_the_files_stops_no_reload,
            a_gateway_that_is_not_discords_is_left, a_429_is_waited_for_as_it_asks, a_rejected_token_is_where_it_came_from, questions_over_http,
        }
        interactions::{
            discord_accepts_the_endpoint, the_same_bytes_as_over_the_gateway, long_replies_follow, only_signed_requests_are_answered,
            no_reply_over_the_limit, copies_are_independent, drains_before_it_stops, its_knowledge_is_reloaded,
            what_it_needs_to_start,
        }
        languages::{
            words_are_in_the_users_language, a_question_is_answered_in_its_language,
        }
        load::{
            two_hundred_a_second, sixteen_shards, an_hour,
        }
        mutated::{
            nothing_panics_and_nobody_is_pinged,
        }
        operating::{
            serves_health_and_metrics, serves_that_it_is_not_ready, a_health_check_says_whether_it_is_ready, a_used_port_stops_the_start,
            http_can_be_off, sighup_reloads, a_changed_link_reloads,
            bad_knowledge_is_rejected, buttons_work_after_a_reload, built_in_knowledge_cannot_be_reloaded,
            stops_while_it_learns, killed_and_restarted, the_token_can_be_in_a_file, the_doctor_asks_discord, the_log_can_be_json,
            user_ids_are_logged_only_on_request, unknown_variables_are_warned_about,
        }
        people::{
            a_post_is_answered_once, other_posts_are_left_alone, threads_are_not_asked_for_by_default, a_person_answers,
            a_mention_is_remembered_until_it_is_passed_on, what_was_wrong_is_asked, nobody_is_offered_without_a_channel, a_person_over_http,
            a_wording_is_taught_and_taken_back, facts_and_gaps_are_taught_by_form,
        }
        production::{
            answers_and_keeps_the_limits, trusts_only_discord,
        }
        records::{
            what_curators_write_works, nothing_is_said_twice, overdue_answers_say_so, each_server_has_its_own, the_digest_is_sent_once,
            no_digest_without_news,
        }
        sharing::{
            one_of_two_processes_is_killed, buckets_do_not_wait_for_each_other, a_lost_session_waits_for_its_turn,
            the_daily_sessions_are_shared, the_queue_starts_later, without_a_queue_it_gives_up, a_process_that_dies_waiting_costs_no_turn,
            stops_while_it_waits, a_missing_queue_is_warned_about, the_queue_needs_discord,
        }
        stopping::{
            on_sigterm, on_sigint, replies_in_flight_arrive, a_reply_that_never_arrives_is_not_waited_for, while_the_gateway_is_down,
            while_a_new_session_begins, while_the_gateway_is_mute, while_the_knowledge_is_learned, before_discord_says_where_to_connect,
            while_discord_fails, all_shards_close_in_parallel, while_shards_wait_for_their_turn,
        }
        talk::{
            a_reply_goes_on_after_a_restart, forged_ids_settle_nothing, a_direct_conversation_goes_on, a_form_asks_further,
            one_word_is_no_question, other_messages_are_answered_where_asked,
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
