//! The mails of [`crate::Request`]: a confirmation, a copy of somebody's data, an erasure. Small, in four languages; the
//! workspace can put its own words in place of the confirmation's. Everything that comes from outside is escaped.

use crate::{ConsentSettings, ContactChannel, LANGUAGES, Request, RequestKind, Subject, Topic};

/// A mail, ready but for its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestMail {
    pub subject: String,
    pub html: String,
    pub text: String,
}

/// `company`: the name to use when the settings have none. `link`: the page that asks.
pub fn request_mail(
    settings: &ConsentSettings,
    company: &str,
    topics: &[Topic],
    request: &Request,
    link: &str,
) -> RequestMail {
    let words = words_of(&request.language);
    let language = words.language;
    let company = if settings.company.is_empty() { company } else { &settings.company };
    let fallback = &settings.default_language;
    let (subject, lead, button, note) = match request.kind {
        RequestKind::Subscribe => {
            let own = &settings.confirmation;
            (
                own.subject.pick(language, fallback).unwrap_or(words.subscribe_subject),
                own.text.pick(language, fallback).unwrap_or(words.subscribe_text),
                words.subscribe_button,
                words.subscribe_note,
            )
        }
        RequestKind::Data => (words.data_subject, words.data_text, words.data_button, words.own_note),
        RequestKind::Erase => (words.erase_subject, words.erase_text, words.erase_button, words.own_note),
    };
    let fill = |text: &str| text.replace("{company}", company);
    let (subject, lead, note) = (fill(subject), fill(lead), fill(note));
    let asked = asked(request, topics, words, fallback);
    RequestMail {
        html: html(settings, language, &subject, &lead, &asked, (button, link), &note, company),
        text: text(&lead, &asked, (button, link), &note, company),
        subject,
    }
}

/// What is subscribed to, in words: topics by name, channels when there is no topic on them.
fn asked(request: &Request, topics: &[Topic], words: &Words, fallback: &str) -> Vec<String> {
    let name = |subject: &Subject| match subject {
        Subject::Topic(key) | Subject::TopicOn(key, _) => {
            let topic = topics.iter().find(|topic| topic.key == *key)?;
            Some(topic.name(words.language, fallback).to_owned())
        }
        _ => None,
    };
    let mut named: Vec<String> = Vec::new();
    for name in request.subjects.iter().filter_map(name) {
        if !named.contains(&name) {
            named.push(name);
        }
    }
    if named.is_empty() {
        let channels = request.subjects.iter().filter_map(Subject::channel);
        named.extend(channels.map(|channel| words.channel(channel).to_owned()));
    }
    named
}

#[expect(clippy::too_many_arguments, reason = "the parts of one small page, each used once")]
fn html(
    settings: &ConsentSettings,
    language: &str,
    subject: &str,
    lead: &str,
    asked: &[String],
    (button, link): (&str, &str),
    note: &str,
    company: &str,
) -> String {
    let [subject, lead, note, company] = [subject, lead, note, company].map(escape);
    let lead = lead.replace('\n', "<br>");
    let asked: String = asked.iter().map(|one| format!("<li>{}</li>", escape(one))).collect();
    let asked =
        if asked.is_empty() { asked } else { format!("<ul style=\"margin:0 0 16px;padding-left:20px\">{asked}</ul>") };
    // A picture in the mail itself is shown by few mail programs; one on the web by most.
    let logo = if settings.logo_url.starts_with("https://") {
        format!(
            "<img src=\"{}\" alt=\"{company}\" style=\"display:block;max-height:48px;max-width:240px;margin:0 0 24px;border:0\">",
            escape(&settings.logo_url)
        )
    } else {
        String::new()
    };
    let accent = escape(&settings.accent);
    let link = escape(link);
    format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>{subject}</title></head><body style=\"margin:0;padding:32px 16px;background:#f4f5f7;color:#1d2329;\
         font:16px/1.6 Helvetica,Arial,sans-serif\"><div style=\"max-width:34em;margin:0 auto;padding:32px;\
         background:#ffffff;border-radius:8px\">{logo}<p style=\"margin:0 0 16px\">{lead}</p>{asked}\
         <p style=\"margin:0 0 24px\"><a href=\"{link}\" style=\"display:inline-block;padding:12px 24px;border-radius:6px;\
         background:{accent};color:#ffffff;text-decoration:none;font-weight:bold\">{button}</a></p>\
         <p style=\"margin:0;font-size:13px;color:#5a6470\">{note}</p>\
         <p style=\"margin:16px 0 0;font-size:13px;color:#5a6470\">{company}</p></div></body></html>"
    )
}

fn text(lead: &str, asked: &[String], (button, link): (&str, &str), note: &str, company: &str) -> String {
    let asked: String = asked.iter().map(|one| format!("- {one}\n")).collect();
    let asked = if asked.is_empty() { asked } else { format!("{asked}\n") };
    format!("{lead}\n\n{asked}{button}:\n{link}\n\n{note}\n\n-- \n{company}\n")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

struct Words {
    language: &'static str,
    channels: [&'static str; 6],
    subscribe_subject: &'static str,
    subscribe_text: &'static str,
    subscribe_button: &'static str,
    subscribe_note: &'static str,
    data_subject: &'static str,
    data_text: &'static str,
    data_button: &'static str,
    erase_subject: &'static str,
    erase_text: &'static str,
    erase_button: &'static str,
    own_note: &'static str,
}

impl Words {
    fn channel(&self, channel: ContactChannel) -> &'static str {
        let position = ContactChannel::ALL.iter().position(|one| *one == channel).unwrap_or(0);
        self.channels[position]
    }
}

fn words_of(language: &str) -> &'static Words {
    let position = LANGUAGES.iter().position(|one| *one == language).unwrap_or(0);
    &WORDS[position]
}

/// In the order of [`LANGUAGES`].
static WORDS: [Words; 4] = [
    Words {
        language: "en",
        channels: ["E-mail", "Text messages", "Push messages", "WhatsApp", "Post", "Phone"],
        subscribe_subject: "Please confirm your subscription",
        subscribe_text: "Somebody, we hope you, asked {company} to write to this address. Please confirm that you want this:",
        subscribe_button: "Yes, subscribe me",
        subscribe_note: "Did you not ask for it? Then do nothing: you will hear nothing more. The link works for seven days.",
        data_subject: "Your data at {company}",
        data_text: "You asked {company} for a copy of everything that is known about you. Open it here:",
        data_button: "Show my data",
        erase_subject: "Do you want to be erased?",
        erase_text: "You asked {company} to erase everything that is known about you. This cannot be undone. Decide here:",
        erase_button: "Go on",
        own_note: "Did you not ask for it? Then do nothing: nothing is shown or changed. The link works for 24 hours.",
    },
    Words {
        language: "nl",
        channels: ["E-mail", "Sms", "Pushberichten", "WhatsApp", "Post", "Telefoon"],
        subscribe_subject: "Bevestig je aanmelding",
        subscribe_text: "Iemand, we hopen jij, heeft {company} gevraagd om naar dit adres te schrijven. Bevestig dat je dit wilt:",
        subscribe_button: "Ja, meld me aan",
        subscribe_note: "Heb je hier niet om gevraagd? Doe dan niets: je hoort niets meer. De link werkt zeven dagen.",
        data_subject: "Je gegevens bij {company}",
        data_text: "Je hebt {company} gevraagd om een kopie van alles wat er over je bekend is. Open die hier:",
        data_button: "Toon mijn gegevens",
        erase_subject: "Wil je gewist worden?",
        erase_text: "Je hebt {company} gevraagd om alles te wissen wat er over je bekend is. Dat kan niet ongedaan worden gemaakt. Beslis hier:",
        erase_button: "Verder",
        own_note: "Heb je hier niet om gevraagd? Doe dan niets: er wordt niets getoond of gewijzigd. De link werkt 24 uur.",
    },
    Words {
        language: "sv",
        channels: ["E-post", "Sms", "Pushmeddelanden", "WhatsApp", "Post", "Telefon"],
        subscribe_subject: "Bekräfta din prenumeration",
        subscribe_text: "Någon, vi hoppas du, har bett {company} att skriva till den här adressen. Bekräfta att du vill det:",
        subscribe_button: "Ja, jag vill prenumerera",
        subscribe_note: "Har du inte bett om det? Gör i så fall ingenting: du hör inget mer. Länken fungerar i sju dagar.",
        data_subject: "Dina uppgifter hos {company}",
        data_text: "Du har bett {company} om en kopia av allt som är känt om dig. Öppna den här:",
        data_button: "Visa mina uppgifter",
        erase_subject: "Vill du bli raderad?",
        erase_text: "Du har bett {company} att radera allt som är känt om dig. Det går inte att ångra. Bestäm här:",
        erase_button: "Gå vidare",
        own_note: "Har du inte bett om det? Gör i så fall ingenting: inget visas eller ändras. Länken fungerar i 24 timmar.",
    },
    Words {
        language: "fy",
        channels: ["E-mail", "Sms", "Pushberjochten", "WhatsApp", "Post", "Telefoan"],
        subscribe_subject: "Befêstigje jo oanmelding",
        subscribe_text: "Immen, wy hoopje jo, hat {company} frege om nei dit adres te skriuwen. Befêstigje dat jo dit wolle:",
        subscribe_button: "Ja, meld my oan",
        subscribe_note: "Hawwe jo hjir net om frege? Doch dan neat: jo hearre neat mear. De keppeling wurket sân dagen.",
        data_subject: "Jo gegevens by {company}",
        data_text: "Jo hawwe {company} frege om in kopy fan alles wat der oer jo bekend is. Iepenje dy hjir:",
        data_button: "Myn gegevens sjen litte",
        erase_subject: "Wolle jo wiske wurde?",
        erase_text: "Jo hawwe {company} frege om alles te wiskjen wat der oer jo bekend is. Dat kin net ungedien makke wurde. Beslis hjir:",
        erase_button: "Fierder",
        own_note: "Hawwe jo hjir net om frege? Doch dan neat: der wurdt neat sjen litten of feroare. De keppeling wurket 24 oeren.",
    },
];
