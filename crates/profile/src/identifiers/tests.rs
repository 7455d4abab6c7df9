use super::*;

#[track_caller]
fn check(form: Form, value: &str, region: &str, expected: Option<&str>) {
    assert_eq!(normalise(form, value, region).as_deref(), expected, "{value:?}");
}

#[test]
fn placeholders_and_zeros_identify_nobody() {
    for value in ["", "  ", "null", "NULL", "undefined", "None", "[object Object]", "0", "000000", "n/a", "---"] {
        check(Form::Plain, value, "NL", None);
    }
    for value in ["00000000-0000-0000-0000-000000000000", "a\u{1}b", &"x".repeat(IDENTIFIER_BYTES_MAX + 1)] {
        check(Form::Plain, value, "NL", None);
    }
    check(Form::Plain, " Cust-7 ", "NL", Some("Cust-7"));
    check(Form::Plain, "1", "NL", Some("1"));
}

#[test]
fn an_address_is_compared_in_lower_case_with_an_ascii_domain() {
    check(Form::Email, " Anna.De.Vries+Shop@Voorbeeld.NL ", "NL", Some("anna.de.vries+shop@voorbeeld.nl"));
    check(Form::Email, "lars@blåbär.se", "SE", Some("lars@xn--blbr-noae.se"));
    for value in
        ["anna", "anna@", "@voorbeeld.nl", "a b@voorbeeld.nl", "anna@voor beeld.nl", "Anna <anna@voorbeeld.nl>"]
    {
        check(Form::Email, value, "NL", None);
    }
}

#[test]
fn mailboxes_of_nobody_join_nobody() {
    for value in ["test@voorbeeld.nl", "TEST+1@x.se", "noreply@shop.nl", "undefined@x.nl"] {
        check(Form::Email, value, "NL", None);
    }
    check(Form::Email, "testa@voorbeeld.nl", "NL", Some("testa@voorbeeld.nl"));
}

#[test]
fn a_phone_number_is_read_in_its_country() {
    check(Form::Phone, "06 12345678", "NL", Some("+31612345678"));
    check(Form::Phone, "0031 6 1234 5678", "SE", Some("+31612345678"));
    check(Form::Phone, "070-123 45 67", "SE", Some("+46701234567"));
    check(Form::Phone, "06 12345678", "not a country", Some("+31612345678"));
    for value in ["12", "0000000000", "1111111111", "phone", "+31 6 12", &"1".repeat(80)] {
        check(Form::Phone, value, "NL", None);
    }
}

/// Google's own example numbers of every region, in national and international form.
#[test]
fn all_example_numbers_of_libphonenumber_come_to_their_e164_form() {
    let Some(path) = testkit::shared_data("phone-numbers/examples.csv") else { return };
    let text = std::fs::read_to_string(path).expect("the examples can be read");
    let (mut valid, mut invalid) = (0, 0);
    for line in text.lines().skip(1) {
        let [region, _, national, international, e164, is_valid, _] =
            line.split(',').collect::<Vec<_>>().try_into().expect("seven columns");
        if is_valid == "True" {
            check(Form::Phone, international, "NL", Some(e164));
            if region.len() == 2 && normalise_phone(national, region).is_none() {
                // Numbers with one repeated digit are placeholders to us.
                assert!(national.bytes().filter(u8::is_ascii_digit).all(|digit| national.contains(digit as char)));
            }
            valid += 1;
        } else {
            check(Form::Phone, international, "NL", None);
            invalid += 1;
        }
    }
    assert!(300 < valid && 200 < invalid, "{valid} valid and {invalid} invalid numbers were compared");
}

/// Dominic Sayers' test set: what it calls an error is never an identifier; what it calls valid is one, but for
/// domains that are bare numbers or literals.
#[test]
fn the_isemail_addresses_are_judged_as_their_authors_do() {
    let Some(path) = testkit::shared_data("isemail/tests.xml") else { return };
    let text = std::fs::read_to_string(path).expect("the test set can be read");
    let (mut accepted, mut refused) = (0, 0);
    for test in text.split("<test id=").skip(1) {
        let field = |name: &str| {
            let after = test.split_once(&format!("<{name}>"))?.1;
            Some(after.split_once(&format!("</{name}>"))?.0.to_owned())
        };
        let address = field("address").unwrap_or_default();
        let address = unescape(&address);
        if address != address.trim() {
            // White space around a value is a slip of the source's, not part of the address.
            continue;
        }
        let category = field("category").expect("every test has a category");
        match category.as_str() {
            "ISEMAIL_ERR" => {
                assert!(normalise_email(&address).is_err(), "{address:?} is an error and was accepted");
                refused += 1;
            }
            "ISEMAIL_VALID_CATEGORY" => {
                assert!(normalise_email(&address).is_ok(), "{address:?} is valid and was refused");
                accepted += 1;
            }
            _ => {}
        }
    }
    println!("isemail: {accepted} accepted, {refused} refused");
    assert_eq!((accepted, refused), (14, 50), "the whole set was read");
}

/// XML entities, and U+2400 + n for the control character n as the set's notes say.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (entity, tail) = after.split_once(';').unwrap_or((after, ""));
        match entity {
            "amp" => out.push('&'),
            "lt" => out.push('<'),
            "gt" => out.push('>'),
            "quot" => out.push('"'),
            "apos" => out.push('\''),
            _ => {
                let code = entity.strip_prefix("#x").and_then(|hex| u32::from_str_radix(hex, 16).ok());
                out.extend(code.and_then(char::from_u32));
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    out.chars()
        .map(|c| if ('\u{2400}'..='\u{2420}').contains(&c) { char::from(c as u32 as u8 & 0x1F) } else { c })
        .collect()
}
