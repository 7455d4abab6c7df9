//! The words of the page a customer's data is handed over on: English, Dutch, Swedish, Frisian.

use predicate::Locale;

/// Keys are the names the data has, so that what it says is found here too.
const WORDS: &[(&str, [&str; 4])] = &[
    (
        "title",
        [
            "Everything we keep about you",
            "Alles wat wij van je bewaren",
            "Allt vi sparar om dig",
            "Alles wat wy fan dy bewarje",
        ],
    ),
    ("by", ["Kept by", "Bewaard door", "Sparas av", "Bewarre troch"]),
    ("made", ["Made on", "Gemaakt op", "Framställd", "Makke op"]),
    ("utc", ["Times are in UTC.", "Tijden zijn in UTC.", "Tider anges i UTC.", "Tiden binne yn UTC."]),
    ("nothing", ["Nothing.", "Niets.", "Ingenting.", "Neat."]),
    (
        "left_out",
        [
            "Older ones are left out here; ask us for them.",
            "Oudere staan hier niet bij; vraag ons ernaar.",
            "Äldre är inte med här; fråga oss om dem.",
            "Aldere steane hjir net by; freegje ús dernei.",
        ],
    ),
    (
        "identifiers",
        ["How we recognise you", "Waaraan we je herkennen", "Hur vi känner igen dig", "Wêr't wy dy oan werkenne"],
    ),
    ("traits", ["What we know", "Wat we weten", "Vad vi vet", "Wat wy witte"]),
    (
        "consent",
        [
            "What you agreed to",
            "Waar je ja of nee op zei",
            "Vad du har sagt ja eller nej till",
            "Wêrsto ja of nee op seist",
        ],
    ),
    (
        "suppressed",
        [
            "Addresses we do not write to",
            "Adressen waar we niet naar schrijven",
            "Adresser som vi inte skriver till",
            "Adressen dêr't wy net nei skriuwe",
        ],
    ),
    (
        "companies",
        ["Companies you belong to", "Bedrijven waar je bij hoort", "Företag du hör till", "Bedriuwen dêrsto by hearst"],
    ),
    ("role", ["Role", "Rol", "Roll", "Rol"]),
    ("joined_at", ["Since", "Sinds", "Sedan", "Sûnt"]),
    ("left_at", ["Left", "Vertrokken", "Lämnade", "Fuortgien"]),
    (
        "devices",
        ["Devices you used", "Apparaten die je gebruikte", "Enheter du har använt", "Apparaten dy'tsto brûktest"],
    ),
    ("type", ["Kind", "Soort", "Slag", "Soart"]),
    ("brand", ["Brand", "Merk", "Märke", "Merk"]),
    ("model", ["Model", "Model", "Modell", "Model"]),
    ("os", ["System", "Systeem", "System", "Systeem"]),
    ("client", ["Browser or app", "Browser of app", "Webbläsare eller app", "Browser of app"]),
    ("language", ["Language", "Taal", "Språk", "Taal"]),
    ("time_zone", ["Time zone", "Tijdzone", "Tidszon", "Tiidsône"]),
    ("country", ["Country", "Land", "Land", "Lân"]),
    ("city", ["City", "Plaats", "Ort", "Plak"]),
    ("tablet", ["tablet", "tablet", "surfplatta", "tablet"]),
    ("computer", ["computer", "computer", "dator", "kompjûter"]),
    ("tv", ["television", "televisie", "tv", "televyzje"]),
    ("car", ["car", "auto", "bil", "auto"]),
    ("console", ["game console", "spelcomputer", "spelkonsol", "spulkompjûter"]),
    ("wearable", ["watch", "horloge", "klocka", "horloazje"]),
    ("other", ["other", "anders", "annat", "oars"]),
    ("orders", ["Orders", "Bestellingen", "Beställningar", "Bestellingen"]),
    (
        "messages",
        ["Messages we sent", "Berichten die we stuurden", "Meddelanden vi har skickat", "Berjochten dy't wy stjoerden"],
    ),
    (
        "touches",
        [
            "Messages you answered to",
            "Berichten waar je op reageerde",
            "Meddelanden du har svarat på",
            "Berjochten dêrsto op reagearrest",
        ],
    ),
    (
        "merges",
        [
            "Visitors that turned out to be you",
            "Bezoekers die jij bleek te zijn",
            "Besökare som visade sig vara du",
            "Besikers dy'tsto blykte te wêzen",
        ],
    ),
    ("events", ["What happened", "Wat er gebeurde", "Vad som hände", "Wat der barde"]),
    ("kind", ["Kind", "Soort", "Slag", "Soart"]),
    ("value", ["Value", "Waarde", "Värde", "Wearde"]),
    ("name", ["Name", "Naam", "Namn", "Namme"]),
    ("source", ["Source", "Bron", "Källa", "Boarne"]),
    ("first_seen", ["First seen", "Eerst gezien", "Först sedd", "Earst sjoen"]),
    ("last_seen", ["Last seen", "Laatst gezien", "Senast sedd", "Lêst sjoen"]),
    ("updated_at", ["Since", "Sinds", "Sedan", "Sûnt"]),
    ("at", ["When", "Wanneer", "När", "Wannear"]),
    ("channel", ["Channel", "Kanaal", "Kanal", "Kanaal"]),
    ("state", ["State", "Stand", "Läge", "Stân"]),
    ("method", ["How", "Hoe", "Hur", "Hoe"]),
    ("text", ["Words", "Tekst", "Text", "Tekst"]),
    ("ip", ["IP address", "IP-adres", "IP-adress", "IP-adres"]),
    ("address", ["Address", "Adres", "Adress", "Adres"]),
    ("reason", ["Reason", "Reden", "Orsak", "Reden"]),
    ("order_id", ["Number", "Nummer", "Nummer", "Nûmer"]),
    ("revenue", ["Amount", "Bedrag", "Belopp", "Bedrach"]),
    ("refunded", ["Refunded", "Terugbetaald", "Återbetalat", "Weromjûn"]),
    ("cancelled", ["Cancelled", "Geannuleerd", "Annullerad", "Annulearre"]),
    ("sent_at", ["Sent", "Verstuurd", "Skickat", "Ferstjoerd"]),
    ("opened_at", ["Opened", "Geopend", "Öppnat", "Iepene"]),
    ("clicked_at", ["Clicked", "Geklikt", "Klickat", "Klikt"]),
    ("unsubscribed_at", ["Unsubscribed", "Afgemeld", "Avanmält", "Ofmeld"]),
    ("campaign_id", ["Campaign", "Campagne", "Kampanj", "Kampanje"]),
    ("from", ["Number", "Nummer", "Nummer", "Nûmer"]),
    ("details", ["Details", "Bijzonderheden", "Detaljer", "Bysûnderheden"]),
    ("true", ["yes", "ja", "ja", "ja"]),
    ("false", ["no", "nee", "nej", "nee"]),
    ("subscribed", ["subscribed", "aangemeld", "anmäld", "oanmeld"]),
    ("unsubscribed", ["unsubscribed", "afgemeld", "avanmäld", "ôfmeld"]),
    ("unknown", ["never asked", "nooit gevraagd", "aldrig frågad", "nea frege"]),
    ("pending", ["waiting", "wacht", "väntar", "wachtet"]),
    ("sending", ["on its way", "onderweg", "på väg", "ûnderweis"]),
    ("sent", ["sent", "verstuurd", "skickat", "ferstjoerd"]),
    ("delivered", ["delivered", "bezorgd", "levererat", "besoarge"]),
    ("bounced", ["bounced", "teruggekomen", "studsade", "weromkommen"]),
    ("failed", ["failed", "mislukt", "misslyckades", "mislearre"]),
    ("skipped", ["left out", "overgeslagen", "utelämnat", "oerslein"]),
    ("unconfirmed", ["perhaps sent", "misschien verstuurd", "kanske skickat", "miskien ferstjoerd"]),
    ("open", ["opened", "geopend", "öppnade", "iepene"]),
    ("click", ["clicked", "geklikt", "klickade", "klikt"]),
    ("user_id", ["customer number", "klantnummer", "kundnummer", "klantnûmer"]),
    ("anonymous_id", ["browser", "browser", "webbläsare", "browser"]),
    ("loyalty_card", ["loyalty card", "klantenkaart", "kundkort", "klantekaart"]),
    ("email", ["e-mail", "e-mail", "e-post", "e-mail"]),
    ("phone", ["phone", "telefoon", "telefon", "telefoan"]),
    ("shop", ["shop", "winkel", "butik", "winkel"]),
    ("web", ["website", "website", "webbplats", "webside"]),
    ("app", ["app", "app", "app", "app"]),
    ("import", ["file", "bestand", "fil", "bestân"]),
    ("system", ["our system", "ons systeem", "vårt system", "ús systeem"]),
    ("server", ["back office", "achterkantoor", "bakkontor", "efterkantoar"]),
];

/// What `key` is called; a word that is not in the list stands for itself, as data does.
pub(super) fn word(key: &str, locale: Locale) -> &str {
    let column = Locale::ALL.iter().position(|known| *known == locale).unwrap_or(0);
    WORDS.iter().find(|(name, _)| *name == key).map_or(key, |(_, words)| words[column])
}

#[cfg(test)]
pub(super) fn is_known(key: &str) -> bool {
    WORDS.iter().any(|(name, _)| *name == key)
}
