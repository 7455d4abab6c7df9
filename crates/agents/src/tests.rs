use super::*;

#[test]
fn every_word_can_be_searched_and_is_in_its_form() {
    assert!(TOKEN_SEARCH.is_some() && EXCEPTION_SEARCH.is_some());
    for list in [TOKENS, PREFIXES, EXCEPTIONS] {
        assert!(list.is_sorted(), "a list is sorted, so that a word is there once");
        assert!(list.iter().all(|word| word.len() > 2 && word.is_ascii() && **word == *word.to_ascii_lowercase()));
    }
    assert!(EXCEPTIONS.iter().all(|word| TOKENS.iter().any(|token| word.contains(token))), "an exception excepts");
}

#[test]
fn every_crawler_that_is_known_is_recognised() {
    let Some(folder) = testkit::shared_data("crawler-user-agents") else { return };
    let text = std::fs::read_to_string(folder.join("crawler-user-agents.json")).unwrap();
    let all: serde_json::Value = serde_json::from_str(&text).unwrap();
    let instances = all.as_array().unwrap().iter().flat_map(|entry| entry["instances"].as_array().unwrap());
    let agents: Vec<&str> = instances.map(|agent| agent.as_str().unwrap()).collect();
    assert!(agents.len() > 1_000, "{} examples", agents.len());
    let missed: Vec<&&str> = agents.iter().filter(|agent| !is_bot(agent)).collect();
    assert!(missed.is_empty(), "{} of {} are not recognised: {missed:#?}", missed.len(), agents.len());
}

#[test]
fn no_browser_is_taken_for_a_bot() {
    let browsers: Vec<&str> = include_str!("../tests/browsers.txt").lines().filter(|line| !line.is_empty()).collect();
    assert!(browsers.len() >= 200, "{} browsers", browsers.len());
    let taken: Vec<&&str> = browsers.iter().filter(|agent| is_bot(agent)).collect();
    assert!(taken.is_empty(), "{taken:#?}");
}

#[test]
fn nothing_long_or_odd_breaks_it() {
    assert!(!is_bot("") && !is_bot("   ") && !is_bot("\u{feff}"));
    let long = format!("Mozilla/5.0 {}Googlebot/2.1", "é".repeat(AGENT_BYTES_MAX));
    assert!(!is_bot(&long), "what is behind the end is not looked at");
    assert!(is_bot("  googleBOT/2.1 (+HTTP://www.google.com/bot.html)"));
}
