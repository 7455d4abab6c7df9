//! Ready designs to begin with: complete messages that work for any shop with nothing filled in but a name.

use crate::EmailMessage;
use serde::Serialize;
use template::email::BodyKind;

/// A design somebody can start from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Starter {
    pub id: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub message: EmailMessage,
}

/// What a starter is made of: id, name, description, subject, preheader, kind, body.
type Design = (&'static str, &'static str, &'static str, &'static str, &'static str, BodyKind, &'static str);

const DESIGNS: &[Design] = &[
    (
        "welcome",
        "Welcome",
        "A warm first message with what to expect and a first step.",
        "Welcome, {{ customer.first_name | default: 'and good to have you' }}",
        "What to expect from us, and a small thank-you for signing up.",
        BodyKind::Mjml,
        include_str!("../starters/welcome.mjml"),
    ),
    (
        "new_collection",
        "New collection",
        "A full-width announcement with three products.",
        "{{ customer.first_name | default: 'Hello' }}, the new season has landed",
        "Three pairs we could not keep off our own feet.",
        BodyKind::Mjml,
        include_str!("../starters/new_collection.mjml"),
    ),
    (
        "win_back",
        "We miss you",
        "A friendly reminder with an offer for people who have not bought for a while.",
        "It has been a while{% if customer.first_name != blank %}, {{ customer.first_name | default: '' }}{% endif %}",
        "A little something for your next pair, valid for two weeks.",
        BodyKind::Mjml,
        include_str!("../starters/win_back.mjml"),
    ),
    (
        "sale",
        "Sale",
        "Bold, short, one clear offer with an end date.",
        "Mid-season sale: up to 40% off, until {{ now | date: '%s' | plus: 604800 | date: '%A' }}",
        "Sizes go fast. Your favourites are waiting.",
        BodyKind::Mjml,
        include_str!("../starters/sale.mjml"),
    ),
    (
        "order_follow_up",
        "After the order",
        "Care tips and a request for a review, a week after the order.",
        "How are they treating you, {{ customer.first_name | default: 'walker' }}?",
        "Three tips that make your shoes last, and one small question.",
        BodyKind::Mjml,
        include_str!("../starters/order_follow_up.mjml"),
    ),
    (
        "letter",
        "Plain letter",
        "Text only, as a person would write it. Often read best.",
        "A short question, {{ customer.first_name | default: 'if I may' }}",
        "It takes one minute.",
        BodyKind::Plain,
        include_str!("../starters/letter.txt"),
    ),
];

/// All designs, in the order they are shown.
pub fn starters() -> Vec<Starter> {
    let make = |(id, name, description, subject, preheader, kind, body): &Design| Starter {
        id,
        name,
        description,
        message: EmailMessage {
            subject: (*subject).to_owned(),
            preheader: (*preheader).to_owned(),
            kind: *kind,
            body: (*body).to_owned(),
            ..EmailMessage::default()
        },
    };
    DESIGNS.iter().map(make).collect()
}
