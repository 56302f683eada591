//! What each word does in its sentence: names, nouns, verbs, auxiliaries and little words, told apart by what stands around them.

use super::Name;
use super::lexicon::{Forms, lexicon};
use crate::english::{WordClass, english};
use crate::interpretation::{Interpretation, Mention};
use crate::knowledge::SynonymSetId;
use crate::question::Question;

/// A word or an expression of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The word, folded; of an expression all its words.
    pub text: String,
    /// Its stem.
    pub stem: String,
    /// The synonym set that it belongs to.
    pub set: Option<SynonymSetId>,
    /// Whom it names.
    pub name: Option<Name>,
    /// Whom it means without naming: the holder of an office.
    pub implied: Vec<Name>,
    /// Whether it is called an office.
    pub office: bool,
    /// Ends with "'s".
    pub possessive: bool,
    /// A comma stands behind it.
    pub comma: bool,
    /// A sentence or clause ends behind it.
    pub ends: bool,
    /// What it does.
    pub tag: Tag,
}

/// What a word does in its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Name,
    Noun,
    Pronoun,
    Determiner,
    /// A verb in its form here.
    Verb(Form),
    /// A form of be, have or do, or a modal, that helps a verb or asks.
    Auxiliary(Auxiliary),
    /// "to" before a verb.
    To,
    Preposition,
    Conjunction,
    /// Begins a clause of its own: "that", "if".
    Subordinator,
    Question,
    Adverb,
    Not,
}

/// The form of a verb in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Has a subject of its own.
    Finite,
    /// Behind an auxiliary or "to".
    Bare,
    Participle,
    Ing,
}

/// Which auxiliary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Auxiliary {
    Be,
    Have,
    /// "do" or a modal: a bare verb follows.
    Do,
}

/// The pieces of an interpretation, those that lead up to the question left out.
pub(super) fn pieces_of(interpretation: &Interpretation) -> Vec<Piece> {
    let question = &interpretation.question;
    let (mut pieces, mut from) = (Vec::with_capacity(interpretation.spans.len()), Vec::new());
    for (index, span) in interpretation.spans.iter().enumerate() {
        if !question.focus.get(span.from).copied().unwrap_or(true) {
            continue;
        }
        let Some(mut piece) = piece(question, span.from, span.to) else { continue };
        match span.mention {
            Mention::Entity(entity) => piece.name = Some(Name::Entity(entity)),
            Mention::Slot => piece.name = Some(Name::Slot),
            Mention::Role(_) => piece.office = true,
            Mention::SynonymSet(set) => piece.set = Some(set),
            Mention::Word => {}
        }
        // Owners and those that are implied are found in pairs.
        let held = interpretation.owners.iter().zip(&interpretation.implied).filter(|(owner, _)| **owner == index);
        piece.implied = held.map(|(_, holder)| Name::Entity(*holder)).collect();
        pieces.push(piece);
        from.push(span.from);
    }
    capitals(question, &from, &mut pieces);
    abilities(&mut pieces);
    tag(&mut pieces);
    pieces
}

/// The pieces of a text whose names are known by their capitals and from a list (folded words each).
pub(super) fn pieces_of_text(question: &Question, names: &[Vec<String>]) -> Vec<Piece> {
    let words = &question.words;
    let (mut pieces, mut from, mut at): (Vec<Piece>, Vec<usize>, usize) = (Vec::with_capacity(words.len()), Vec::new(), 0);
    while at < words.len() {
        let here = |name: &&Vec<String>| {
            !name.is_empty() && words.get(at..at + name.len()).is_some_and(|w| w.iter().zip(name.iter()).all(|(w, n)| w.text == *n))
        };
        let known = names.iter().filter(here).max_by_key(|n| n.len());
        let to = at + known.map_or(1, Vec::len);
        if let Some(mut piece) = piece(question, at, to).filter(|_| question.focus[at]) {
            piece.name = known.map(|n| Name::Text(n.join(" ")));
            let text = |p: &Piece| matches!(p.name, Some(Name::Text(_)));
            match pieces.last_mut().filter(|last| text(last) && text(&piece) && !last.possessive && !last.comma && !last.ends) {
                // "Ole Ruud", of whom both names are known alone.
                Some(last) => join(last, &piece),
                None => {
                    pieces.push(piece);
                    from.push(at);
                }
            }
        }
        at = to;
    }
    capitals(question, &from, &mut pieces);
    abilities(&mut pieces);
    tag(&mut pieces);
    pieces
}

/// Reads "was A unable to land" as "could A not land": the form of be and the adjective help the verb behind "to".
fn abilities(pieces: &mut Vec<Piece>) {
    let lexicon = lexicon();
    let mut at = 0;
    while at + 1 < pieces.len() {
        let denies = lexicon.unable.has(&pieces[at].text);
        if (denies || lexicon.able.has(&pieces[at].text)) && pieces[at + 1].text == "to" && !pieces[at].comma {
            let be = pieces[..at].iter().rposition(|p| lexicon.be.has(&p.text)).filter(|be| pieces[*be..at].iter().all(|p| !p.ends));
            if let Some(be) = be {
                "could".clone_into(&mut pieces[be].text);
                pieces.remove(at + 1);
                if denies {
                    "not".clone_into(&mut pieces[at].text);
                } else {
                    pieces.remove(at);
                }
            }
        }
        at += 1;
    }
}

fn piece(question: &Question, from: usize, to: usize) -> Option<Piece> {
    let words = question.words.get(from..to)?;
    let (first, last) = (words.first()?, words.last()?);
    let token = question.tokens.get(last.token);
    // A contraction has several words; what follows it stands behind its last.
    let closes = question.words.get(to).is_none_or(|next| next.token != last.token);
    Some(Piece {
        text: words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" "),
        stem: first.stem.clone(),
        set: None,
        name: None,
        implied: Vec::new(),
        office: false,
        possessive: closes && token.is_some_and(|t| t.text.ends_with("'s") && last.text != "is"),
        comma: closes && token.is_some_and(|t| t.comma),
        ends: closes && token.is_some_and(|t| t.ends_clause),
        tag: Tag::Noun,
    })
}

/// Makes one name of two pieces.
fn join(last: &mut Piece, piece: &Piece) {
    last.text = format!("{} {}", last.text, piece.text);
    last.name = Some(Name::Text(last.text.clone()));
    (last.possessive, last.comma, last.ends) = (piece.possessive, piece.comma, piece.ends);
}

/// Takes plain words in capitals for names, neighbours for one name. At the beginning of a sentence every word has a capital: there
/// one is a name only if the next is, or a verb is what follows. `from` has the first word of each piece.
fn capitals(question: &Question, from: &[usize], pieces: &mut Vec<Piece>) {
    if question.tokens.iter().filter(|t| t.capitalised).count() * 2 > question.tokens.len().max(6) {
        // A headline, or everything in capitals: they say nothing.
        return;
    }
    let lexicon = lexicon();
    let written = |at: usize| question.words.get(*from.get(at)?).and_then(|w| question.tokens.get(w.token));
    let mut named = vec![false; pieces.len()];
    for at in 0..pieces.len() {
        let piece = &pieces[at];
        let plain = piece.name.is_none() && !piece.office && english().class(&piece.text) == WordClass::Content;
        let calendar = lexicon.months.has(&piece.text) || lexicon.days.has(&piece.text);
        let capital = |at: usize| written(at).is_some_and(|t| t.capitalised && t.text.len() > 1);
        if !plain || calendar || !capital(at) || piece.text.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let first = at == 0 || pieces[at - 1].ends;
        let verb = |at: usize| {
            pieces.get(at).is_some_and(|p| {
                lexicon.verb(&p.text, &p.stem).is_some()
                    || lexicon.be.has(&p.text)
                    || lexicon.have.has(&p.text)
                    || lexicon.modal.has(&p.text)
            })
        };
        named[at] =
            !first || (!verb(at) && (capital(at + 1) && !piece.comma || verb(at + 1) && !piece.text.ends_with('s')) || piece.possessive);
    }
    let mut kept: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut open = false;
    for (mut piece, named) in pieces.drain(..).zip(named) {
        let joins = open && named;
        open = named && !piece.comma && !piece.ends && !piece.possessive;
        if named && piece.name.is_none() {
            piece.name = Some(Name::Text(piece.text.clone()));
        }
        match kept.last_mut().filter(|_| joins) {
            Some(last) => join(last, &piece),
            None => kept.push(piece),
        }
    }
    *pieces = kept;
}

/// Finds out what each piece does, from left to right.
fn tag(pieces: &mut [Piece]) {
    let mut clause = Clause::default();
    for at in 0..pieces.len() {
        let tag = tag_of(pieces, at, &clause);
        pieces[at].tag = tag;
        clause.see(tag, &pieces[at]);
    }
}

/// What has been seen of a clause.
#[derive(Debug, Default)]
struct Clause {
    /// The last piece but for adverbs and "not".
    before: Option<Tag>,
    /// The last piece was a name or noun with "'s".
    possessive: bool,
    /// The noun before was plural by its looks.
    plural: bool,
    /// An auxiliary that waits for its verb, and whether a subject stood behind it.
    waiting: Option<Auxiliary>,
    /// A verb with a subject has been seen.
    finite: bool,
    /// Only question words and nouns have been seen so far.
    opening: bool,
    begun: bool,
}

impl Clause {
    fn see(&mut self, tag: Tag, piece: &Piece) {
        if !self.begun {
            self.opening = true;
            self.begun = true;
        }
        match tag {
            Tag::Auxiliary(auxiliary) => {
                self.waiting = Some(auxiliary);
                self.finite = true;
                self.opening = false;
            }
            Tag::Verb(form) => {
                // "has been invaded": the auxiliary before has found what it helps.
                self.waiting = None;
                self.finite |= matches!(form, Form::Finite | Form::Bare | Form::Participle);
                self.opening = false;
            }
            Tag::Conjunction => self.finite = self.waiting.is_some(),
            // A clause of its own begins, or the question after what leads up to it.
            Tag::Subordinator | Tag::Question => (self.finite, self.waiting) = (false, None),
            _ => {}
        }
        if !matches!(tag, Tag::Adverb | Tag::Not) {
            self.before = Some(tag);
            self.possessive = piece.possessive;
            self.plural = piece.text.ends_with('s') && tag == Tag::Noun;
        }
        if piece.comma {
            self.before = self.before.filter(|t| !matches!(t, Tag::Determiner | Tag::Preposition | Tag::Name | Tag::Noun));
        }
        if piece.ends {
            *self = Clause::default();
        }
    }
}

fn tag_of(pieces: &[Piece], at: usize, clause: &Clause) -> Tag {
    let lexicon = lexicon();
    let piece = &pieces[at];
    let word = piece.text.as_str();
    if piece.name.is_some() {
        return Tag::Name;
    }
    if piece.office {
        return Tag::Noun;
    }
    if word == "not" || word == "never" {
        return Tag::Not;
    }
    let skip = |mut i: usize| {
        while pieces.get(i).is_some_and(|p| p.name.is_none() && (lexicon.adverbs.has(&p.text) || p.text.ends_with("ly"))) {
            i += 1;
        }
        pieces.get(i)
    };
    let forms = |p: &Piece| if p.name.is_some() || p.office { None } else { lexicon.verb(&p.text, &p.stem).map(|(_, forms)| forms) };
    if lexicon.be.has(word) && word != "being" {
        return Tag::Auxiliary(Auxiliary::Be);
    }
    if lexicon.modal.has(word) {
        return Tag::Auxiliary(Auxiliary::Do);
    }
    if lexicon.do_.has(word) {
        // "what did they do": the second is a verb.
        let helps = clause.waiting != Some(Auxiliary::Do) && clause.before != Some(Tag::To);
        return if helps { Tag::Auxiliary(Auxiliary::Do) } else { Tag::Verb(Form::Bare) };
    }
    if lexicon.have.has(word) {
        let helps = skip(at + 1)
            .is_some_and(|next| forms(next).is_some_and(|f| f.participle) || lexicon.be.has(&next.text) || lexicon.have.has(&next.text));
        let asks = clause.before.is_none() || clause.opening;
        if helps
            || asks
                && clause.waiting.is_none()
                && pieces[at + 1..].iter().any(|p| forms(p).is_some_and(|f| f.participle) || p.text == "been")
        {
            return Tag::Auxiliary(Auxiliary::Have);
        }
        return Tag::Verb(if clause.waiting == Some(Auxiliary::Do) || clause.before == Some(Tag::To) { Form::Bare } else { Form::Finite });
    }
    if matches!(word, "who" | "what" | "which" | "whose" | "when" | "where" | "why" | "how") {
        return Tag::Question;
    }
    if word == "to" {
        let infinitive = pieces.get(at + 1).is_some_and(|next| {
            lexicon.be.has(&next.text) || lexicon.have.has(&next.text) || lexicon.do_.has(&next.text) || forms(next).is_some_and(|f| f.base)
        });
        return if infinitive { Tag::To } else { Tag::Preposition };
    }
    if word == "that" && matches!(clause.before, Some(Tag::Name | Tag::Noun | Tag::Verb(_))) {
        return Tag::Subordinator;
    }
    if lexicon.conjunctions.has(word) {
        return Tag::Conjunction;
    }
    if lexicon.subordinators.has(word) && word != "that" {
        return Tag::Subordinator;
    }
    if lexicon.determiners.has(word) {
        return Tag::Determiner;
    }
    if lexicon.adverbs.has(word) {
        return Tag::Adverb;
    }
    if lexicon.pronouns.has(word) {
        return Tag::Pronoun;
    }
    if lexicon.prepositions.has(word) {
        return Tag::Preposition;
    }
    if let Some(forms) = forms(piece)
        && let Some(form) = form_of(forms, pieces, at, clause)
    {
        return Tag::Verb(form);
    }
    if awaited(pieces, at, clause) {
        return Tag::Verb(Form::Bare);
    }
    if word.len() > 4 && word.ends_with("ly") { Tag::Adverb } else { Tag::Noun }
}

/// Whether a word that is in no list of verbs must be one: "did A lodge a protest".
fn awaited(pieces: &[Piece], at: usize, clause: &Clause) -> bool {
    let lexicon = lexicon();
    let object = |p: &Piece| p.name.is_some() || lexicon.determiners.has(&p.text) || lexicon.prepositions.has(&p.text) || p.text == "to";
    clause.waiting == Some(Auxiliary::Do)
        && matches!(clause.before, Some(Tag::Name | Tag::Pronoun))
        && !clause.possessive
        && english().class(&pieces[at].text) == WordClass::Content
        && pieces.get(at + 1).is_none_or(|next| pieces[at].ends || object(next))
}

/// The form in which a word that can be a verb is one here, or `None` where it is a noun or stands before one.
fn form_of(forms: Forms, pieces: &[Piece], at: usize, clause: &Clause) -> Option<Form> {
    let lexicon = lexicon();
    let next = pieces.get(at + 1).filter(|_| !pieces[at].comma && !pieces[at].ends);
    let opens_object =
        next.is_some_and(|n| n.name.is_some() || lexicon.determiners.has(&n.text) || lexicon.pronouns.has(&n.text) || n.text == "to");
    let by = next.is_some_and(|n| n.text == "by");
    let helps = |n: &Piece| lexicon.do_.has(&n.text) || lexicon.have.has(&n.text) || lexicon.be.has(&n.text) || lexicon.modal.has(&n.text);
    match clause.before {
        Some(Tag::To) => return forms.base.then_some(Form::Bare),
        Some(Tag::Determiner) => return None,
        Some(Tag::Preposition) => return (forms.ing && (opens_object || next.is_some())).then_some(Form::Ing),
        _ if clause.possessive => return None,
        _ => {}
    }
    match (clause.waiting, clause.before) {
        (Some(Auxiliary::Do), before) => {
            // The subject stands between them in a question: only a name, a noun or a pronoun may stand before the verb.
            let placed = matches!(before, Some(Tag::Auxiliary(_) | Tag::Name | Tag::Noun | Tag::Pronoun | Tag::Conjunction));
            (placed && (forms.base || forms.past || forms.third)).then_some(Form::Bare)
        }
        (Some(Auxiliary::Have), _) if forms.participle => Some(Form::Participle),
        (Some(Auxiliary::Be), _) if forms.participle && !noun_follows(next) => Some(Form::Participle),
        (Some(Auxiliary::Be), _) if forms.ing => Some(Form::Ing),
        (Some(Auxiliary::Be | Auxiliary::Have), Some(Tag::Auxiliary(_))) => None,
        // "Which NATO states do": the verb is still to come.
        (None, Some(Tag::Name | Tag::Noun)) if clause.opening && forms.third && next.is_some_and(helps) => None,
        (_, before) => {
            let subject = matches!(before, Some(Tag::Name | Tag::Noun | Tag::Pronoun | Tag::Question | Tag::Subordinator));
            if forms.participle && by {
                return Some(Form::Participle);
            }
            if forms.past && (subject || before.is_none() && clause.begun || before == Some(Tag::Conjunction)) {
                // With a verb in the clause already, "the weapons bought from them" describes.
                return Some(if clause.finite && forms.participle && before == Some(Tag::Noun) { Form::Participle } else { Form::Finite });
            }
            if forms.participle && subject {
                return Some(Form::Participle);
            }
            if forms.third
                && subject
                && !clause.finite
                && (opens_object
                    || next.is_none_or(|n| lexicon.prepositions.has(&n.text) || lexicon.adverbs.has(&n.text) || n.name.is_none()))
            {
                let plural_noun = before == Some(Tag::Noun) && clause.plural;
                return (!plural_noun && (opens_object || before != Some(Tag::Name) || next.is_some())).then_some(Form::Finite);
            }
            if forms.ing && !noun_follows(next) {
                return Some(Form::Ing);
            }
            // "Kosovo and Bosnia want to": without a form that shows it, an object has to.
            let plural = matches!(before, Some(Tag::Name | Tag::Pronoun | Tag::Question | Tag::Subordinator)) || clause.plural;
            (forms.base && !clause.finite && plural && opens_object || forms.base && before == Some(Tag::Pronoun) && !clause.finite)
                .then_some(Form::Finite)
        }
    }
}

/// Whether a plain noun follows, so that what stands before it describes it ("the invaded country").
fn noun_follows(next: Option<&Piece>) -> bool {
    let lexicon = lexicon();
    next.is_some_and(|n| {
        n.name.is_none()
            && english().class(&n.text) == WordClass::Content
            && lexicon.verb(&n.text, &n.stem).is_none()
            && !n.text.ends_with("ly")
            && !n.text.starts_with(|c: char| c.is_ascii_digit())
            && !lexicon.prepositions.has(&n.text)
    })
}
