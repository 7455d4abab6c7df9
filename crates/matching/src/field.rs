//! What a column of the input means. The kind decides how values are normalised, which comparison levels
//! exist and which parts of a value may serve as blocking keys; everything else is learned from the data.

/// Most comparison levels a kind of field may have.
pub const LEVELS_MAX: usize = 6;

/// The level of a pair in which at least one side has no value: it is evidence for nothing.
pub const MISSING: u8 = u8::MAX;

/// The level of two equal values, for every kind.
pub const EXACT: u8 = 0;

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// Given name(s).
    GivenName,
    /// Family name, with its prefixes.
    FamilyName,
    /// Given and family name in one column, in any order.
    FullName,
    /// Date of birth: ISO 8601, `yyyymmdd`, or day first with `/`, `-` or `.`.
    DateOfBirth,
    /// Street name, or any other line of an address.
    Street,
    /// House number with its addition.
    HouseNumber,
    /// Postcode or ZIP code.
    Postcode,
    /// City, suburb, place of birth.
    City,
    /// State, province, country: few values.
    Region,
    /// E-mail address.
    Email,
    /// Telephone number; the last nine digits count.
    Phone,
    /// A number given out once a person: social security, customer card.
    Id,
    /// Any other text: occupation, employer.
    Text,
}

const NAME_LEVELS: &[&str] =
    &["exact", "given and family name swapped", "one edit", "sounds alike or very similar", "similar", "different"];
const FULL_NAME_LEVELS: &[&str] = &["exact", "same words", "one edit", "very similar", "shares a word", "different"];
const DATE_LEVELS: &[&str] =
    &["exact", "one edit, or day and month swapped", "two parts equal or within a month", "within a year", "different"];
const STREET_LEVELS: &[&str] = &["exact", "one or two edits", "very similar", "shares a word", "different"];
const NUMBER_LEVELS: &[&str] = &["exact", "one edit", "different"];
const POSTCODE_LEVELS: &[&str] = &["exact", "one edit", "same beginning or two edits", "different"];
const CITY_LEVELS: &[&str] = &["exact", "one edit or sounds alike", "similar", "different"];
const REGION_LEVELS: &[&str] = &["exact", "one edit", "different"];
const EMAIL_LEVELS: &[&str] =
    &["exact", "same name, other domain", "one edit", "two edits or very similar", "similar", "different"];
const PHONE_LEVELS: &[&str] = &["exact", "one edit", "two edits", "different"];

impl FieldKind {
    /// Names of the comparison levels, from best to worst; the last one is "different".
    pub fn levels(self) -> &'static [&'static str] {
        match self {
            Self::GivenName | Self::FamilyName => NAME_LEVELS,
            Self::FullName => FULL_NAME_LEVELS,
            Self::DateOfBirth => DATE_LEVELS,
            Self::Street | Self::Text => STREET_LEVELS,
            Self::HouseNumber => NUMBER_LEVELS,
            Self::Postcode => POSTCODE_LEVELS,
            Self::City => CITY_LEVELS,
            Self::Region => REGION_LEVELS,
            Self::Email => EMAIL_LEVELS,
            Self::Phone | Self::Id => PHONE_LEVELS,
        }
    }

    /// Where EM starts: the share of each level among pairs of one person, before any data was seen.
    pub(crate) fn m_start(self) -> &'static [f64] {
        match self {
            Self::GivenName | Self::FamilyName => &[0.80, 0.01, 0.07, 0.05, 0.04, 0.03],
            Self::FullName => &[0.70, 0.03, 0.10, 0.08, 0.05, 0.04],
            Self::DateOfBirth => &[0.85, 0.06, 0.04, 0.02, 0.03],
            Self::Street | Self::Text => &[0.65, 0.10, 0.05, 0.05, 0.15],
            Self::HouseNumber => &[0.75, 0.08, 0.17],
            Self::Postcode => &[0.75, 0.06, 0.04, 0.15],
            Self::City => &[0.75, 0.07, 0.03, 0.15],
            Self::Region => &[0.85, 0.03, 0.12],
            Self::Email => &[0.65, 0.05, 0.10, 0.05, 0.05, 0.10],
            Self::Phone | Self::Id => &[0.75, 0.08, 0.03, 0.14],
        }
    }

    /// The largest share of "different" among pairs of one person that can be believed. Without it EM may settle on
    /// households or namesakes as the class of matches, above all when there are no duplicates.
    pub(crate) fn m_different_max(self) -> f64 {
        match self {
            Self::GivenName | Self::FullName => 0.10,
            Self::FamilyName => 0.25,
            Self::DateOfBirth | Self::Id => 0.25,
            Self::Region => 0.5,
            Self::Street | Self::HouseNumber | Self::Postcode | Self::City => 0.6,
            Self::Email | Self::Phone | Self::Text => 0.7,
        }
    }

    /// The largest share of equal values that can be believed of two people of one household, if there is one:
    /// of a date of birth that is the share of twins.
    pub(crate) fn u_exact_max(self) -> f64 {
        if self == Self::DateOfBirth { 0.03 } else { 1.0 }
    }

    /// Whether a value belongs to one person, not to a household or a neighbourhood.
    pub(crate) fn is_personal(self) -> bool {
        matches!(self, Self::GivenName | Self::FullName | Self::DateOfBirth | Self::Id)
    }

    /// Whether a value says where somebody lives.
    pub(crate) fn is_place(self) -> bool {
        matches!(self, Self::Street | Self::HouseNumber | Self::Postcode | Self::City | Self::Region)
    }

    /// The name used in the header of a typed CSV file.
    pub fn name(self) -> &'static str {
        match self {
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::FullName => "full_name",
            Self::DateOfBirth => "date_of_birth",
            Self::Street => "street",
            Self::HouseNumber => "house_number",
            Self::Postcode => "postcode",
            Self::City => "city",
            Self::Region => "region",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Id => "id",
            Self::Text => "text",
        }
    }

    /// All kinds, for reading and documenting them.
    pub const ALL: [Self; 13] = [
        Self::GivenName,
        Self::FamilyName,
        Self::FullName,
        Self::DateOfBirth,
        Self::Street,
        Self::HouseNumber,
        Self::Postcode,
        Self::City,
        Self::Region,
        Self::Email,
        Self::Phone,
        Self::Id,
        Self::Text,
    ];

    /// The kind of this name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether values of this kind share a dictionary with each other, so that a swap can be seen.
    pub(crate) fn shares_names(self) -> bool {
        matches!(self, Self::GivenName | Self::FamilyName)
    }
}

/// A named, typed column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What explanations call it.
    pub name: String,
    /// How it is compared.
    pub kind: FieldKind,
}

impl Field {
    /// A column called `name` of this kind.
    pub fn new(name: impl Into<String>, kind: FieldKind) -> Self {
        Self { name: name.into(), kind }
    }
}
