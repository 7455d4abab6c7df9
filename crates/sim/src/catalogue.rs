//! What Noordkaap sells: sixty shoes in five categories. Brands are invented.

/// What a shoe is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    Sneakers,
    Running,
    Hiking,
    Boots,
    Sandals,
}

impl Category {
    pub const ALL: [Category; 5] = [Self::Sneakers, Self::Running, Self::Hiking, Self::Boots, Self::Sandals];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sneakers => "sneakers",
            Self::Running => "running",
            Self::Hiking => "hiking",
            Self::Boots => "boots",
            Self::Sandals => "sandals",
        }
    }
    /// How much more or less it sells in a month (1 to 12): sandals in June, boots in November.
    pub fn season(self, month: i8) -> f64 {
        let summer = match month {
            5..=8 => 1.0,
            4 | 9 => 0.5,
            _ => 0.0,
        };
        match self {
            Self::Sneakers | Self::Running => 1.0 + 0.2 * summer,
            Self::Hiking => 0.7 + 0.8 * summer,
            Self::Boots => 1.6 - 1.2 * summer,
            Self::Sandals => 0.2 + 2.2 * summer,
        }
    }
}

/// One article.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Product {
    pub id: &'static str,
    pub name: &'static str,
    /// Index into [`BRANDS`].
    pub brand: usize,
    pub category: Category,
    /// In cents of a euro.
    pub price_minor: i64,
}

pub const BRANDS: [&str; 6] = ["Noordkaap", "Waadrin", "Fjällstig", "Loper", "Tegenwyn", "Polder & Co"];

impl Product {
    pub fn brand_name(&self) -> &'static str {
        BRANDS[self.brand]
    }
    pub fn price(&self) -> f64 {
        self.price_minor as f64 / 100.0
    }
}

const fn shoe(id: &'static str, name: &'static str, brand: usize, category: Category, price_minor: i64) -> Product {
    Product { id, name, brand, category, price_minor }
}

use Category::{Boots, Hiking, Running, Sandals, Sneakers};

pub const CATALOGUE: [Product; 60] = [
    shoe("NK-1001", "Kanaal Low", 0, Sneakers, 8_995),
    shoe("NK-1002", "Kanaal High", 0, Sneakers, 10_995),
    shoe("NK-1003", "Stoep Canvas", 5, Sneakers, 5_995),
    shoe("NK-1004", "Stoep Leather", 5, Sneakers, 9_995),
    shoe("NK-1005", "Wadden Runner Retro", 1, Sneakers, 11_995),
    shoe("NK-1006", "Tegenwyn Court", 4, Sneakers, 7_995),
    shoe("NK-1007", "Tegenwyn Court Kids", 4, Sneakers, 4_995),
    shoe("NK-1008", "Polder Slip-on", 5, Sneakers, 5_495),
    shoe("NK-1009", "Loper Street", 3, Sneakers, 8_495),
    shoe("NK-1010", "Loper Street Wool", 3, Sneakers, 12_495),
    shoe("NK-1011", "Fjällstig City", 2, Sneakers, 13_995),
    shoe("NK-1012", "Noordkaap Classic", 0, Sneakers, 9_495),
    shoe("NK-1013", "Noordkaap Classic Suede", 0, Sneakers, 11_495),
    shoe("NK-1014", "Grachten Platform", 5, Sneakers, 8_995),
    shoe("NK-1015", "Elfstedentocht '97", 4, Sneakers, 14_995),
    shoe("NK-1016", "Waadrin Deck", 1, Sneakers, 9_995),
    shoe("NK-2001", "Loper Tempo 2", 3, Running, 12_995),
    shoe("NK-2002", "Loper Tempo 3", 3, Running, 14_995),
    shoe("NK-2003", "Loper Easy Mile", 3, Running, 9_995),
    shoe("NK-2004", "Loper Carbon", 3, Running, 22_995),
    shoe("NK-2005", "Dyk Trail", 1, Running, 13_495),
    shoe("NK-2006", "Dyk Trail GTX", 1, Running, 15_995),
    shoe("NK-2007", "Tegenwyn Stabil", 4, Running, 13_995),
    shoe("NK-2008", "Tegenwyn Start", 4, Running, 6_995),
    shoe("NK-2009", "Fjällstig Löpa", 2, Running, 14_495),
    shoe("NK-2010", "Fjällstig Vinter Spike", 2, Running, 16_995),
    shoe("NK-2011", "Noordkaap Daily", 0, Running, 8_995),
    shoe("NK-2012", "Noordkaap Race Flat", 0, Running, 11_995),
    shoe("NK-3001", "Fjällstig Kungsleden Mid", 2, Hiking, 18_995),
    shoe("NK-3002", "Fjällstig Kungsleden High", 2, Hiking, 21_995),
    shoe("NK-3003", "Fjällstig Sarek", 2, Hiking, 27_995),
    shoe("NK-3004", "Fjällstig Dagstur", 2, Hiking, 12_995),
    shoe("NK-3005", "Waadrin Mudflat", 1, Hiking, 11_995),
    shoe("NK-3006", "Waadrin Mudflat Mid", 1, Hiking, 13_995),
    shoe("NK-3007", "Noordkaap Pieterpad", 0, Hiking, 14_995),
    shoe("NK-3008", "Noordkaap Pieterpad GTX", 0, Hiking, 17_995),
    shoe("NK-3009", "Noordkaap Veluwe Low", 0, Hiking, 10_995),
    shoe("NK-3010", "Polder Walker", 5, Hiking, 8_995),
    shoe("NK-3011", "Polder Walker Wide", 5, Hiking, 9_495),
    shoe("NK-3012", "Tegenwyn Scout Kids", 4, Hiking, 6_995),
    shoe("NK-4001", "Fjällstig Snöstorm", 2, Boots, 19_995),
    shoe("NK-4002", "Fjällstig Snöstorm Kids", 2, Boots, 9_995),
    shoe("NK-4003", "Fjällstig Pac Boot", 2, Boots, 24_995),
    shoe("NK-4004", "Waadrin Rubber", 1, Boots, 6_995),
    shoe("NK-4005", "Waadrin Rubber Kids", 1, Boots, 3_995),
    shoe("NK-4006", "Noordkaap Chelsea", 0, Boots, 14_995),
    shoe("NK-4007", "Noordkaap Chelsea Wool", 0, Boots, 17_495),
    shoe("NK-4008", "Polder Lace-up", 5, Boots, 15_995),
    shoe("NK-4009", "Polder Lace-up Suede", 5, Boots, 16_995),
    shoe("NK-4010", "Tegenwyn Storm", 4, Boots, 12_995),
    shoe("NK-4011", "Tegenwyn Ice Grip", 4, Boots, 13_995),
    shoe("NK-5001", "Waadrin Strand", 1, Sandals, 4_995),
    shoe("NK-5002", "Waadrin Strand Kids", 1, Sandals, 2_995),
    shoe("NK-5003", "Noordkaap Trek Sandal", 0, Sandals, 7_995),
    shoe("NK-5004", "Noordkaap Trek Sandal Women", 0, Sandals, 7_995),
    shoe("NK-5005", "Polder Cork", 5, Sandals, 6_495),
    shoe("NK-5006", "Polder Cork Vegan", 5, Sandals, 6_995),
    shoe("NK-5007", "Fjällstig Bäck", 2, Sandals, 8_995),
    shoe("NK-5008", "Tegenwyn Slide", 4, Sandals, 2_495),
    shoe("NK-5009", "Tegenwyn Slide Wool", 4, Sandals, 3_495),
];
