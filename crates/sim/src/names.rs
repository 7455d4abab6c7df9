//! Names, streets and places by region. First and last names are common ones, combined at random.

pub const DUTCH_FIRST: [&str; 40] = [
    "Emma", "Julia", "Mila", "Sophie", "Zoë", "Sara", "Nora", "Yara", "Eva", "Fleur", "Lotte", "Noor", "Tess", "Roos",
    "Femke", "Anouk", "Sanne", "Marieke", "Ingrid", "Fatima", "Noah", "Sem", "Liam", "Lucas", "Daan", "Finn", "Levi",
    "Luuk", "Mees", "James", "Thijs", "Bram", "Ruben", "Jesse", "Stijn", "Pieter", "Willem", "Mohammed", "Joris", "Koen",
];
pub const DUTCH_LAST: [&str; 32] = [
    "de Jong", "Jansen", "de Vries", "van den Berg", "Bakker", "van Dijk", "Visser", "Janssen", "Smit", "Meijer",
    "de Boer", "Mulder", "de Groot", "Bos", "Vos", "Peters", "Hendriks", "van Leeuwen", "Dekker", "Brouwer", "de Wit",
    "Dijkstra", "Smits", "de Graaf", "van der Meer", "van der Linden", "Kok", "Jacobs", "Yılmaz", "El Amrani", "Vermeulen",
    "van 't Hoff",
];
pub const FRISIAN_FIRST: [&str; 36] = [
    "Fenna", "Sjoukje", "Tryntsje", "Froukje", "Nynke", "Hiltsje", "Aukje", "Baukje", "Dieuwke", "Femke", "Geartsje",
    "Jeltsje", "Maaike", "Rixt", "Sytske", "Tjitske", "Wytske", "Ytsje", "Minke", "Anke", "Jelle", "Sjoerd", "Douwe",
    "Bauke", "Gerrit", "Hessel", "Hylke", "Jorrit", "Klaas", "Meindert", "Sietse", "Tjeerd", "Wiebe", "Wytse", "Ype",
    "Fedde",
];
pub const FRISIAN_LAST: [&str; 30] = [
    "Hoekstra", "Dijkstra", "Postma", "Bouma", "Wiersma", "Terpstra", "Zijlstra", "Veenstra", "Jongsma", "Sikkema",
    "Hofstra", "Bosma", "Kooistra", "Algra", "Boersma", "Damstra", "Elzinga", "Faber", "Haitsma", "Nauta", "Reitsma",
    "Sinnema", "Tamminga", "Wijnstra", "Ypma", "de Haan", "van der Veen", "van der Wal", "Brandsma", "Schaafsma",
];
pub const SWEDISH_FIRST: [&str; 40] = [
    "Alice", "Maja", "Vera", "Astrid", "Ella", "Wilma", "Ebba", "Saga", "Freja", "Elsa", "Linnéa", "Agnes", "Märta",
    "Åsa", "Karin", "Kerstin", "Annika", "Malin", "Frida", "Amira", "William", "Noah", "Liam", "Hugo", "Oscar", "Elias",
    "Lucas", "Adam", "Axel", "Nils", "Björn", "Göran", "Lars", "Sven", "Mattias", "Fredrik", "Jörgen", "Håkan", "Erik",
    "Ahmed",
];
pub const SWEDISH_LAST: [&str; 32] = [
    "Andersson", "Johansson", "Karlsson", "Nilsson", "Eriksson", "Larsson", "Olsson", "Persson", "Svensson",
    "Gustafsson", "Pettersson", "Jonsson", "Jansson", "Hansson", "Bengtsson", "Jönsson", "Lindberg", "Jakobsson",
    "Magnusson", "Lindström", "Olofsson", "Lindqvist", "Lindgren", "Berg", "Axelsson", "Bergström", "Lundberg",
    "Lundgren", "Sjöberg", "Åkesson", "Öberg", "Nyström",
];

/// City and the first and last four digits of its Dutch postal codes.
pub const DUTCH_CITIES: [(&str, u32, u32); 16] = [
    ("Amsterdam", 1011, 1109), ("Rotterdam", 3011, 3089), ("Den Haag", 2491, 2597), ("Utrecht", 3511, 3585),
    ("Eindhoven", 5611, 5658), ("Groningen", 9711, 9747), ("Tilburg", 5011, 5049), ("Almere", 1311, 1363),
    ("Breda", 4811, 4839), ("Nijmegen", 6511, 6546), ("Haarlem", 2011, 2037), ("Arnhem", 6811, 6846),
    ("Zwolle", 8011, 8045), ("Leiden", 2311, 2334), ("Maastricht", 6211, 6229), ("Assen", 9401, 9408),
];
pub const FRISIAN_CITIES: [(&str, u32, u32); 12] = [
    ("Leeuwarden", 8911, 8941), ("Drachten", 9201, 9207), ("Sneek", 8601, 8608), ("Heerenveen", 8441, 8448),
    ("Harlingen", 8861, 8862), ("Franeker", 8801, 8802), ("Dokkum", 9101, 9103), ("Joure", 8501, 8502),
    ("Bolsward", 8701, 8702), ("Lemmer", 8531, 8532), ("Workum", 8711, 8711), ("Grou", 9001, 9001),
];
/// City and the first three digits of its Swedish postal codes.
pub const SWEDISH_CITIES: [(&str, u32, u32); 14] = [
    ("Stockholm", 111, 118), ("Göteborg", 411, 418), ("Malmö", 211, 218), ("Uppsala", 752, 756), ("Västerås", 722, 726),
    ("Örebro", 702, 703), ("Linköping", 582, 587), ("Helsingborg", 252, 256), ("Jönköping", 552, 556),
    ("Umeå", 903, 907), ("Luleå", 972, 977), ("Östersund", 831, 832), ("Kiruna", 981, 981), ("Åre", 830, 830),
];

pub const DUTCH_STREETS: [&str; 12] = [
    "Kerkstraat", "Dorpsstraat", "Stationsweg", "Molenstraat", "Julianalaan", "Wilhelminastraat", "Nieuwstraat",
    "Schoolstraat", "Parklaan", "Prinsengracht", "Beukenlaan", "Havenkade",
];
pub const FRISIAN_STREETS: [&str; 10] = [
    "Tsjerkestrjitte", "Nijstêd", "Wirdumerdyk", "Grutte Dyk", "Buorren", "Lytse Buorren", "It Skil", "Haadstrjitte",
    "Skoallestrjitte", "De Feart",
];
pub const SWEDISH_STREETS: [&str; 12] = [
    "Storgatan", "Drottninggatan", "Kungsgatan", "Skolgatan", "Björkvägen", "Ringvägen", "Parkgatan", "Kyrkogatan",
    "Hamngatan", "Åkervägen", "Fjällgatan", "Södra vägen",
];

/// Our shops: name and city.
pub const DUTCH_SHOPS: [(&str, &str); 4] =
    [("NK-AMS", "Amsterdam"), ("NK-UTR", "Utrecht"), ("NK-GRO", "Groningen"), ("NK-ZWO", "Zwolle")];
pub const FRISIAN_SHOPS: [(&str, &str); 3] = [("NK-LWD", "Leeuwarden"), ("NK-SNK", "Sneek"), ("NK-DRA", "Drachten")];
pub const SWEDISH_SHOPS: [(&str, &str); 3] = [("NK-STO", "Stockholm"), ("NK-GOT", "Göteborg"), ("NK-UME", "Umeå")];

/// Reserved for documentation (RFC 2606): mail to them reaches nobody.
pub const MAIL_DOMAINS: [&str; 5] =
    ["example.com", "example.net", "example.org", "post.example.com", "mail.example.net"];
/// Mail of those behind a gateway.
pub const COMPANY_DOMAIN: &str = "company.example.org";
