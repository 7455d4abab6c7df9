//! People made up from a seed, with errors: small worlds in which the truth is known.

use matching::{Field, FieldKind, Records};

pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

/// One record: given name, family name, date of birth, e-mail, phone, and who it is.
#[derive(Clone, Debug)]
pub struct Person {
    pub values: [Option<String>; 5],
    pub truth: usize,
}

pub fn fields() -> Vec<Field> {
    vec![
        Field::new("given name", FieldKind::GivenName),
        Field::new("family name", FieldKind::FamilyName),
        Field::new("date of birth", FieldKind::DateOfBirth),
        Field::new("e-mail", FieldKind::Email),
        Field::new("phone", FieldKind::Phone),
    ]
}

const SYLLABLES: [&str; 16] =
    ["jan", "ma", "pie", "ter", "wil", "lem", "an", "na", "so", "fie", "bo", "gre", "ta", "lu", "kas", "fem"];

fn name(random: &mut Random, syllables: usize) -> String {
    (0..syllables).map(|_| SYLLABLES[random.below(SYLLABLES.len())]).collect()
}

/// One typing error: a letter lost, swapped with the next, or another.
fn typo(random: &mut Random, value: &str) -> String {
    let mut letters: Vec<char> = value.chars().collect();
    let at = random.below(letters.len() - 1);
    match random.below(3) {
        0 => drop(letters.remove(at)),
        1 => letters.swap(at, at + 1),
        _ => letters[at] = char::from(b'a' + random.below(26) as u8),
    }
    letters.into_iter().collect()
}

/// `people` persons with one to three records each.
pub fn people(seed: u64, people: usize) -> Vec<Person> {
    let mut random = Random::new(seed);
    let mut records = Vec::new();
    for truth in 0..people {
        let (given, family) = (name(&mut random, 2), name(&mut random, 3));
        let (y, m, d) = (1940 + random.below(65), 1 + random.below(12), 1 + random.below(28));
        let clean = [
            given.clone(),
            family.clone(),
            format!("{y}-{m:02}-{d:02}"),
            format!("{given}.{family}{}@mail.test", random.below(90)),
            format!("06{:08}", random.below(100_000_000)),
        ];
        for _ in 0..1 + random.below(3) {
            let values = clean.each_ref().map(|value| match random.below(100) {
                0..10 => None,
                10..20 => Some(typo(&mut random, value)),
                _ => Some(value.clone()),
            });
            records.push(Person { values, truth });
        }
    }
    records
}

pub fn values(person: &Person) -> Vec<Option<&str>> {
    person.values.iter().map(Option::as_deref).collect()
}

/// Records with their position as key, given in this order.
pub fn records(people: &[Person], order: impl Iterator<Item = usize>) -> Records {
    let mut records = Records::new(fields()).unwrap();
    for index in order {
        records.push(index as u128, &values(&people[index])).unwrap();
    }
    records
}
