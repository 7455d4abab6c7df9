import { i18n } from "@lingui/core";
import { beforeEach, describe, expect, it } from "vitest";
import type { Company, CompanyRollup, CompanySummary } from "@/api/companies";
import * as format from "@/lib/format";
import { aboutText, idFor, isOrder, isReserved, newTraits, revenueText, sortedTraits } from "./model";

const AT = "2026-11-22T10:00:00Z";

const ROLLUP: CompanyRollup = {
  at: AT,
  counted: 3,
  complete: true,
  active_30d: 2,
  first_seen: AT,
  last_seen: AT,
  events: 12,
  orders: 2,
  revenue: [
    { minor: 129_00, currency: "EUR" },
    { minor: 50_00, currency: "SEK" },
  ],
  buyers: 1,
  recency_days: 4,
  orders_per_member: 0.7,
};

const ACME: CompanySummary = {
  id: "com_7",
  group_id: "acme-42",
  name: "Acme",
  domain: "acme.example",
  industry: null,
  plan: null,
  country: "NL",
  members: 3,
  created_at: AT,
  first_seen: AT,
  last_seen: AT,
  rollup: ROLLUP,
};

beforeEach(() => {
  i18n.loadAndActivate({ locale: "en", messages: {} });
  format.setFormatContext({ locale: "en", timeZone: "UTC", currency: "EUR" });
});

describe("a company", () => {
  it("says what its members bought, each currency by itself", () => {
    expect(revenueText(ROLLUP).replace(/[\u00a0\u202f]/g, " ")).toBe("€129.00 · SEK 50.00");
    expect(revenueText({ ...ROLLUP, revenue: [] })).toBe("–");
    expect(revenueText(null)).toBe("–");
  });

  it("is told apart from another of the same name", () => {
    expect(aboutText(ACME)).toBe("acme.example · NL");
    expect(aboutText({ ...ACME, domain: null, country: null })).toBe("");
  });

  it("has its attributes in the order of their names", () => {
    const trait = (name: string) => ({ name, value: 1, updated_at: AT, source: "import" });
    const company: Company = { ...ACME, former_members: 0, traits: [trait("plan"), trait("city")] };
    expect(sortedTraits(company).map((one) => one.name)).toEqual(["city", "plan"]);
    expect(company.traits[0]?.name).toBe("plan");
  });
});

describe("a new company", () => {
  it("gets an id from its name", () => {
    expect(idFor("Bakkerij De Vries B.V.")).toBe("bakkerij-de-vries-b-v");
    expect(idFor("Fårö & Söner")).toBe("faro-soner");
    expect(idFor("***")).toBe("");
  });

  it("says nothing of fields that were left empty", () => {
    expect(newTraits({ name: " Acme ", domain: "", industry: " " })).toEqual({ name: "Acme" });
  });

  it("leaves to the member what belongs to the member", () => {
    expect(isReserved(" Role")).toBe(true);
    expect(isReserved("roles")).toBe(false);
  });
});

describe("the list", () => {
  it("knows its orders", () => {
    expect(isOrder("members")).toBe(true);
    expect(isOrder("revenue")).toBe(false);
  });
});
