//! A model without values, to be kept: weights of levels, blocking keys and counts, nothing that anybody is called.
//!
//! How common a value is, is not in it: whoever restores a model counts the values again (see [`crate::Update`]).

use crate::Error;
use crate::blocking::{ATOMS_MAX, Atom, BlockKey, atom_names};
use crate::choose::ChosenKey;
use crate::dependence::CONTEXTS;
use crate::field::{Field, LEVELS_MAX};
use crate::model::Model;
use crate::records::Records;
use crate::train::Learned;
use serde::{Deserialize, Serialize};

/// The form written. A newer one is refused.
const VERSION: u32 = 1;

/// What [`Model::save`] keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedModel {
    version: u32,
    fields: Vec<SavedField>,
    /// Estimated pairs of one person.
    matches: f64,
    prior_bits: f32,
    rounds: usize,
    keys: Vec<SavedKey>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SavedField {
    kind: String,
    m: Vec<f64>,
    /// By context.
    u: Vec<Vec<f64>>,
    present: f64,
    chance: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SavedKey {
    /// (field, part of it).
    atoms: Vec<(usize, usize)>,
    pairs: f64,
    coverage: f64,
}

impl Model {
    /// The model without the values of the records it was learned from.
    pub fn save(&self, records: &Records) -> SavedModel {
        let field = |(index, field): (usize, &Field)| {
            let levels = field.kind.levels().len();
            SavedField {
                kind: field.kind.name().to_owned(),
                m: self.learned.m[index][..levels].to_vec(),
                u: self.learned.u[index].iter().map(|u| u[..levels].to_vec()).collect(),
                present: self.learned.present[index],
                chance: self.learned.chance[index],
            }
        };
        let key = |chosen: &ChosenKey| SavedKey {
            atoms: chosen.key.atoms.iter().map(|atom| (atom.field, atom.part)).collect(),
            pairs: chosen.pairs,
            coverage: chosen.coverage,
        };
        SavedModel {
            version: VERSION,
            fields: records.fields().iter().enumerate().map(field).collect(),
            matches: self.learned.matches,
            prior_bits: self.prior_bits,
            rounds: self.learned.rounds,
            keys: self.keys.iter().map(key).collect(),
        }
    }
}

impl SavedModel {
    /// The model for records with these columns; equal values weigh nothing until they are counted.
    pub(crate) fn restore(&self, fields: &[Field]) -> Result<Model, Error> {
        if self.version > VERSION {
            return Err(Error::Saved("a newer program wrote it"));
        }
        let same = |(saved, field): (&SavedField, &Field)| {
            let levels = field.kind.levels().len();
            let widths = saved.m.len() == levels && saved.u.iter().all(|u| u.len() == levels);
            saved.kind == field.kind.name() && saved.u.len() == CONTEXTS && widths
        };
        if self.fields.len() != fields.len() || !self.fields.iter().zip(fields).all(same) {
            return Err(Error::Saved("it was learned for other columns"));
        }
        let wide = |levels: &[f64]| -> [f64; LEVELS_MAX] {
            std::array::from_fn(|level| levels.get(level).copied().unwrap_or_default())
        };
        let learned = Learned {
            m: self.fields.iter().map(|field| wide(&field.m)).collect(),
            u: self.fields.iter().map(|field| std::array::from_fn(|context| wide(&field.u[context]))).collect(),
            present: self.fields.iter().map(|field| field.present).collect(),
            matches: self.matches,
            chance: self.fields.iter().map(|field| field.chance).collect(),
            rounds: self.rounds,
        };
        let keys = self.keys.iter().map(|key| key.restore(fields)).collect::<Result<_, _>>()?;
        Ok(Model::without_values(fields, learned, self.prior_bits, keys))
    }
}

impl SavedKey {
    fn restore(&self, fields: &[Field]) -> Result<ChosenKey, Error> {
        let known = |(field, part): &(usize, usize)| {
            *part < ATOMS_MAX && fields.get(*field).is_some_and(|field| *part < atom_names(field.kind).len())
        };
        if !self.atoms.iter().all(known) {
            return Err(Error::Saved("it blocks by parts that are not known"));
        }
        let atoms = self.atoms.iter().map(|(field, part)| Atom { field: *field, part: *part }).collect();
        Ok(ChosenKey { key: BlockKey::new(atoms), pairs: self.pairs, coverage: self.coverage })
    }
}
