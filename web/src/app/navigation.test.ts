import { expect, test } from "vitest";
import { ACTIONS, isMeant, NAVIGATION, type Place } from "./navigation";

const PLACES = [...NAVIGATION.flatMap(({ places }) => places), ...ACTIONS];
const found = (typed: string) =>
  PLACES.filter((place: Place) => isMeant(place, place.label.message ?? "", typed)).map(({ to }) => to);

test("a place is found by the terms of the field, not only by its name", () => {
  expect(found("rfm")).toEqual(["/people/scores"]);
  expect(found("Score")).toEqual(["/people/scores"]);
  expect(found("retention")).toEqual(["/settings/retention"]);
  expect(found("webhook")).toEqual(["/sources"]);
  expect(found("gdpr")).toEqual(["/settings/consent", "/settings/retention"]);
  expect(found("privacy")).toEqual(found("AVG"));
});

test("a word inside a name is found, a letter inside a keyword is not", () => {
  expect(found("egments")).toEqual(["/segments"]);
  expect(found("ebhook")).toEqual([]);
});
