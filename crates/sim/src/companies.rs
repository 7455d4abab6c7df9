//! Companies some customers work for: those whose mail goes through a company's gateway.

use crate::customer::{Customer, Region, Stream, chance};
use crate::wire::{Happening, Source, Who};
use base::Json;
use rand::RngExt;
use serde_json::json;

/// An employer; `number` is the id our sources send.
struct Employer {
    number: &'static str,
    name: &'static str,
    domain: &'static str,
    industry: &'static str,
    plan: &'static str,
    employees: u32,
    city: &'static str,
}

const fn employer(
    (number, name, domain): (&'static str, &'static str, &'static str),
    (industry, plan): (&'static str, &'static str),
    (employees, city): (u32, &'static str),
) -> Employer {
    Employer { number, name, domain, industry, plan, employees, city }
}

/// Of the Netherlands, Friesland and Sweden.
const DUTCH: [Employer; 5] = [
    employer(("B1001", "Havenloods Logistiek", "havenloods.example"), ("Logistics", "Business"), (320, "Rotterdam")),
    employer(("B1002", "Ziekenhuis De Linde", "delinde.example"), ("Healthcare", "Business"), (1850, "Utrecht")),
    employer(("B1003", "Bakker & Zonen Bouw", "bakkerbouw.example"), ("Construction", "Basic"), (64, "Zwolle")),
    employer(("B1004", "Hotel Het Anker", "hetanker.example"), ("Hospitality", "Basic"), (45, "Haarlem")),
    employer(("B1005", "Kompas Techniek", "kompastechniek.example"), ("Technology", "Premium"), (210, "Eindhoven")),
];
const FRISIAN: [Employer; 3] = [
    employer(("B2001", "Fryske Suvel Koöperaasje", "fryskesuvel.example"), ("Food", "Premium"), (540, "Ljouwert")),
    employer(("B2002", "Skûtsje Werf Grou", "skutsjewerf.example"), ("Shipbuilding", "Basic"), (28, "Grou")),
    employer(("B2003", "Thússoarch Noard", "thussoarch.example"), ("Healthcare", "Business"), (410, "Drachten")),
];
const SWEDISH: [Employer; 4] = [
    employer(("B3001", "Norrsken Energi", "norrskenenergi.example"), ("Energy", "Premium"), (760, "Umeå")),
    employer(("B3002", "Åkerlund Skog", "akerlundskog.example"), ("Forestry", "Business"), (150, "Sundsvall")),
    employer(("B3003", "Stadens Skolor", "stadensskolor.example"), ("Education", "Business"), (980, "Göteborg")),
    employer(("B3004", "Kafé Lingon", "kafelingon.example"), ("Hospitality", "Basic"), (22, "Malmö")),
];
/// The first is rarer than the rest.
const ROLES: [&str; 5] = ["Buyer", "Staff", "Staff", "Facilities", "Staff"];

/// The call that says for whom a customer works, to follow their sign-up; None for most.
pub(crate) fn group_call(seed: u64, customer: &Customer, signed_up: &Happening) -> Option<Happening> {
    let device = customer.devices.first().filter(|_| customer.signed_up && customer.security_gateway)?;
    let employers: &[Employer] = match customer.region {
        Region::Netherlands => &DUTCH,
        Region::Friesland => &FRISIAN,
        Region::Sweden => &SWEDISH,
    };
    let mut rng = chance(seed, customer.number, Stream::Work);
    let employer = &employers[rng.random_range(0..employers.len())];
    let role = ROLES[rng.random_range(0..ROLES.len())];
    let who = Who::Device { device, signed_in: true };
    let mut call = Happening::new("group", "", signed_up.at, Source::Website, customer, &who);
    call.json.insert("groupId".into(), employer.number.into());
    let traits: Json = json!({
        "name": employer.name, "domain": employer.domain, "industry": employer.industry, "plan": employer.plan,
        "employees": employer.employees, "city": employer.city, "country": customer.region.country(), "role": role,
    });
    call.json.insert("traits".into(), traits);
    Some(call)
}
