//! Kinds of questions that a bag of words cannot tell apart, each with one that must still be answered.

use super::*;

/// What is objected to a question by phrases and a statement; names are given as people type them.
fn objected(question: &str, phrases: &[&str], statement: &str, names: &[&str]) -> Option<RoleObjection> {
    let phrases: Vec<Reading> = phrases.iter().map(|p| read_text(p, names)).collect();
    objection(&read_text(question, names), &phrases, &[read_text(statement, names)])
}

#[test]
fn exchanged_roles_are_objected_to() {
    let names = ["Russia", "Ukraine", "Serbia", "Kosovo", "Spain", "NATO", "Osmani", "Biden", "Bosnia", "Vucic", "Moscow"];
    let invasion: (&[&str], &str) =
        (&["Who invaded Ukraine?", "when did russia invade ukraine"], "Russia invaded Ukraine on 24 February 2022.");
    let recognition: (&[&str], &str) =
        (&["Does Spain recognise Kosovo?", "is Kosovo recognised by Spain"], "Spain has not recognised Kosovo.");
    let request: (&[&str], &str) =
        (&["What did Osmani ask Biden for?", "whom did osmani ask for help"], "Osmani asked Biden to help Kosovo join NATO.");
    let influence: (&[&str], &str) = (&["Is Russia's influence in Serbia growing?"], "Russia's influence in Serbia has grown.");
    let proxy: (&[&str], &str) = (&["Is Serbia a proxy of Russia?"], "Serbia is regarded as a proxy of Russia.");
    let sale: (&[&str], &str) = (&["What did Russia sell to Serbia?"], "Russia sold weapons to Serbia.");
    // A question, a candidate's phrases and statement, and whether there is an objection.
    type Case<'a> = (&'a str, (&'a [&'a str], &'a str), bool);
    let cases: &[Case] = &[
        ("Who invaded Russia?", invasion, true),
        ("Did Ukraine invade Russia?", invasion, true),
        ("Was Russia invaded by Ukraine?", invasion, true),
        ("Who was invaded by Ukraine?", invasion, true),
        ("Who was invaded by Russia?", invasion, false),
        ("Did Russia invade Ukraine?", invasion, false),
        ("Was Ukraine attacked by Russia", invasion, false),
        ("When was the invasion of Ukraine by Russia?", invasion, false),
        ("When was the invasion of Russia by Ukraine?", invasion, true),
        ("Does Kosovo recognise Spain?", recognition, true),
        ("Which states does Kosovo refuse to recognise?", recognition, true),
        ("Does Spain recognise Kosovo?", recognition, false),
        ("What did Biden ask Osmani to do?", request, true),
        ("Did Biden ask Osmani to help the US join NATO?", request, true),
        ("What did Osmani ask Biden to do?", request, false),
        ("Is Serbia's influence in Russia growing?", influence, true),
        ("is russias influence in serbia growing", influence, false),
        ("Is Russia a proxy of Serbia?", proxy, true),
        ("Is Serbia Russia's proxy?", proxy, false),
        ("What did Russia buy from Serbia?", sale, true),
        ("What did Serbia buy from Russia?", sale, false),
    ];
    for (question, (phrases, statement), expected) in cases {
        let found = objected(question, phrases, statement, &names);
        assert_eq!(
            matches!(found, Some(RoleObjection::Exchanged { .. })),
            *expected,
            "{question}: {found:?}\n{:?}",
            read_text(question, &names).frames
        );
    }
}

#[test]
fn a_false_premise_is_settled_by_the_statement() {
    let names = ["Russia", "Ukraine"];
    let found = objected("Did Ukraine invade Russia?", &["Who invaded Ukraine?"], "Russia invaded Ukraine.", &names);
    assert!(matches!(found, Some(RoleObjection::Exchanged { settles: true, .. })), "{found:?}");
    let found = objected("Who invaded Russia?", &["Who invaded Ukraine?"], "Russia invaded Ukraine.", &names);
    assert!(matches!(found, Some(RoleObjection::Exchanged { settles: false, .. })), "{found:?}");
}

#[test]
fn both_sides_of_symmetric_verbs_are_alike() {
    let names = ["Vucic", "Patrushev"];
    assert_eq!(objected("Did Patrushev meet Vucic?", &["When did Vucic meet Patrushev?"], "Vucic met Patrushev in May.", &names), None);
}

#[test]
fn denial_exceptions_and_other_times_are_objected_to() {
    let names = ["Kosovo", "Osmani", "Russia", "Ukraine"];
    let president: (&[&str], &str) =
        (&["who is the president of Kosovo", "name of Kosovo's president"], "Osmani is the president of Kosovo.");
    let invasion: (&[&str], &str) = (&["Who invaded Ukraine?", "which country attacked Ukraine"], "Russia invaded Ukraine.");
    for (question, (phrases, statement)) in [
        ("who is not the president of Kosovo", president),
        ("who is the ex president of Kosovo", president),
        ("who is Kosovo's former president", president),
        ("who will be the next president of Kosovo", president),
        ("who is the deputy president of Kosovo", president),
        ("Who did not invade Ukraine?", invasion),
        ("Who other than Russia invaded Ukraine?", invasion),
    ] {
        let found = objected(question, phrases, statement, &names);
        assert!(found.is_some(), "{question}");
    }
    for (question, (phrases, statement)) in [
        ("who is president of Kosovo", president),
        ("Did Russia not invade Ukraine?", invasion),
        ("Didn't Russia attack Ukraine", invasion),
    ] {
        assert_eq!(objected(question, phrases, statement, &names), None, "{question}");
    }
}

#[test]
fn opposites_are_objected_to() {
    for (question, phrase, statement) in [
        ("how do I unban a member", "how do I ban a member", "Right-click the member and choose Ban."),
        ("how can I unlink my account", "how to link an account", "Open Settings and choose Link."),
        ("when did he leave the club", "when did he join the club", "He joined the club in 2004."),
    ] {
        let found = objected(question, &[phrase], statement, &[]);
        assert!(matches!(found, Some(RoleObjection::Opposite(..))), "{question}: {found:?}");
        assert_eq!(objected(phrase, &[phrase], statement, &[]), None, "{phrase}");
    }
}

fn kind(question: &str) -> Kind {
    Question::parse(question).map_or(Kind::Other, |q| asked(&q).kind)
}

#[test]
fn the_kind_of_answer_is_read_from_the_question() {
    for (question, expected) in [
        ("Who invaded Ukraine?", Kind::Person),
        ("When did it begin", Kind::Date),
        ("In which year was it built?", Kind::Date),
        ("where is the library", Kind::Place),
        ("how many soldiers took part", Kind::Count),
        ("How much does it cost?", Kind::Money),
        ("how long did the war last", Kind::Duration),
        ("how old is he", Kind::Age),
        ("How far is it from Berlin?", Kind::Distance),
        ("what percentage voted for him", Kind::Share),
        ("why did they leave", Kind::Reason),
        ("how do I reset it", Kind::Manner),
        ("Is it open on Sunday?", Kind::YesNo),
        ("what kind of songs did she sing", Kind::KindOf),
        ("which team won", Kind::Organisation),
        ("number of farmers compensated", Kind::Count),
        ("What was the reason for it?", Kind::Reason),
        ("which weapon was used", Kind::Which),
    ] {
        assert_eq!(kind(question), expected, "{question}");
    }
}

#[test]
fn what_is_shown_must_supply_what_is_asked() {
    for (question, text, kinds, expected) in [
        ("How many soldiers took part?", "Serbia bought weapons from Russia.", vec!["country"], Support::No),
        ("How many members are there?", "There are thirty members.", vec![], Support::Yes),
        ("How many joined in 2017?", "Montenegro joined in 2017.", vec!["country"], Support::No),
        ("How many soldiers does it have?", "The budget came to $1.5 billion, nearly double that of 2018.", vec![], Support::No),
        ("How many soldiers does it have?", "The 900 soldiers cost $1.5 billion.", vec![], Support::Yes),
        ("How many days did it last?", "It lasted 78 days.", vec![], Support::Yes),
        ("When did it end?", "Russia invaded Ukraine.", vec!["country"], Support::No),
        ("When did it end?", "It ended in May 1995.", vec![], Support::Yes),
        ("How old is he?", "He was the second president.", vec![], Support::No),
        ("How old is he?", "He is 34 years old.", vec![], Support::Yes),
        ("How old is the keeper?", "Anna Berg has kept the light since 1998.", vec!["person"], Support::No),
        ("How old is the keeper?", "Anna Berg, born in 1968, keeps the light.", vec!["person"], Support::Unknown),
        ("How old is the club?", "The club was founded in 1990.", vec![], Support::Unknown),
        ("For how long did he teach?", "He taught physics.", vec![], Support::No),
        ("How long did it last?", "It lasted for three months.", vec![], Support::Yes),
        ("How long was it open?", "It was open from 1870 to 1939.", vec![], Support::Yes),
        ("How far is it?", "The library belongs to the town.", vec![], Support::No),
        ("How far is it?", "It is 12 km from the sea.", vec![], Support::Yes),
        ("what percentage voted", "The vote was close.", vec![], Support::No),
        ("what percentage voted", "56% voted.", vec![], Support::Yes),
        ("Where did she teach?", "Anna Berg taught physics.", vec![], Support::No),
        ("Where is it?", "It lies in Paris.", vec!["place"], Support::Yes),
        ("Who was it?", "It closed early.", vec![], Support::No),
        ("Who was it?", "It was Anna Berg.", vec![], Support::Yes),
        ("Why did it close?", "The shop closed.", vec![], Support::No),
        ("Why did it close?", "It closed because of rain.", vec![], Support::Yes),
    ] {
        let question = Question::parse(question).expect("there are words in it");
        let found = supplies(&asked(&question), &question, &Shown::new(text, kinds.iter().copied()));
        assert_eq!(found, expected, "{:?}: {text}", question.words);
    }
}

#[test]
fn somebody_else_stands_there() {
    let names = ["Vucic", "Patrushev", "Belgrade", "Moscow", "Kosovo", "Washington", "Montenegro", "NATO", "Macedonia", "Serbia", "Bosnia"];
    let landing = ["Why could Patrushev not land in Belgrade?", "Patrushev could not land in Belgrade, where Vucic waited."];
    let request = ["What did Kosovo ask for?", "Kosovo asked Washington for a base."];
    let accession = ["Did Montenegro join NATO in 2020?", "Montenegro joined NATO in 2017 and Macedonia followed in 2020."];
    let protest = ["Who protested against Bosnia's bid?", "Moscow protested against Bosnia's bid."];
    for (question, told, expected) in [
        ("Why was Vucic unable to land in Belgrade?", landing, true),
        ("Why was Patrushev unable to land?", landing, false),
        ("What did Washington request?", request, true),
        ("What did Kosovo request?", request, false),
        ("Did Montenegro enter NATO in 2020?", accession, true),
        ("Did Montenegro join NATO in 2020?", accession, true),
        ("Did Montenegro join NATO in 2017?", accession, false),
        ("Which country joined NATO in 2020?", accession, false),
        ("Why did Bosnia lodge a protest?", protest, true),
        ("Why did Moscow lodge a protest?", protest, false),
        ("When did Serbia protest?", protest, false),
    ] {
        let [phrase, statement] = told.map(|text| read_text(text, &names));
        let told = [(&phrase, false), (&statement, true)];
        let found = taken(&read_text(question, &names), told.into_iter(), |_, _| true);
        assert_eq!(found.is_some(), expected, "{question}: {:?}\n{told:?}", read_text(question, &names).frames);
    }
}

#[test]
fn what_something_becomes_has_roles() {
    let names = ["Serbia", "Kosovo", "NATO", "Spain", "Romania", "Bosnia", "Osmani"];
    let independence: (&[&str], &str) = (&["Is Kosovo independent?"], "Kosovo became independent from Serbia in 2008.");
    for (question, expected) in [
        ("Did Serbia gain its independence from Kosovo in 2008?", true),
        ("Did Serbia become independent from Kosovo?", true),
        ("Did Kosovo gain its independence from Serbia?", false),
        ("Is Kosovo independent from Serbia?", false),
        ("Is Serbia independent from Kosovo?", true),
    ] {
        let found = objected(question, independence.0, independence.1, &names);
        assert_eq!(
            matches!(found, Some(RoleObjection::Exchanged { .. })),
            expected,
            "{question}: {found:?}\n{:?}\n{:?}",
            read_text(question, &names).frames,
            read_text(independence.1, &names).frames
        );
    }
    let recognition: (&[&str], &str) =
        (&["Which NATO members have not recognised Kosovo?"], "Spain and Romania have not recognised Kosovo.");
    let found = objected("Which NATO states do recognise Kosovo?", recognition.0, recognition.1, &names);
    assert!(
        matches!(found, Some(RoleObjection::Polarity { .. })),
        "{found:?} {:?}",
        read_text("Which NATO states do recognise Kosovo?", &names)
    );
}

#[test]
fn a_figure_belongs_to_its_unit() {
    let words = |text: &str| Question::parse(text).expect("there are words in it").words;
    let shown = words("the capitals lie 2,400 km (1,500 miles) apart");
    for (question, expected) in [
        ("Is it 1,500 km away?", true),
        ("Is it 1500 kilometres away?", true),
        ("Is it 1,500 miles away?", false),
        ("Is it 2,400 kilometres away?", false),
        ("Is it 800 km away?", false),
        ("Is it 1500 away?", false),
    ] {
        assert_eq!(has_other_unit(&words(question), &shown), expected, "{question}");
    }
}
