import { describe, expect, it } from "vitest";
import { deviceName, mainVersion, system, thing } from "./model";
import type { Device } from "./types";

function device(more: Partial<Device> = {}): Device {
  return {
    id: "dev_1",
    type: "phone",
    has_push_token: false,
    first_seen: "2026-10-01T08:00:00Z",
    last_seen: "2026-11-22T21:00:00Z",
    active_days: 12,
    ...more,
  };
}

const words = (type: string) => ({ type, inApp: "in an app" });

describe("the name of a device", () => {
  it("is what one calls it, and the program", () => {
    const iphone = device({ brand: "Apple", model: "iPhone", client: "Mobile Safari", client_version: "18.1.2" });
    expect(deviceName(iphone, words("Phone"))).toBe("iPhone, Safari 18");
    const samsung = device({ brand: "Samsung", model: "SM-S921B", client: "Samsung Internet", client_version: "25.0" });
    expect(deviceName(samsung, words("Phone"))).toBe("Samsung SM-S921B, Samsung Internet 25");
  });

  it("is its type where no more is known", () => {
    expect(deviceName(device({ client: "Firefox" }), words("Computer"))).toBe("Computer, Firefox");
    expect(deviceName(device(), words("Phone"))).toBe("Phone");
    expect(deviceName(device({ brand: "Nokia" }), words("Phone"))).toBe("Nokia");
  });

  it("does not say twice that it is for telephones, nor what draws a page inside an app", () => {
    const on = (client: string) => deviceName(device({ client, client_version: "131.0" }), words("Phone"));
    expect(on("Chrome Mobile")).toBe("Phone, Chrome 131");
    expect(on("Chrome Mobile iOS")).toBe("Phone, Chrome 131");
    expect(on("Chrome Mobile WebView")).toBe("Phone, in an app");
    expect(on("Mobile Safari UI/WKWebView")).toBe("Phone, in an app");
    expect(on("Mobile")).toBe("Phone, Mobile 131");
  });

  it("says a brand once", () => {
    expect(thing({ brand: "Huawei", model: "HUAWEI P30" })).toBe("HUAWEI P30");
    expect(thing({ brand: null, model: "Tab 4" })).toBe("Tab 4");
  });
});

describe("a version", () => {
  it("is short in the name and whole with the system", () => {
    expect(mainVersion("131.0.6778.85")).toBe("131");
    expect(mainVersion(null)).toBe("");
    expect(system({ os: "Android", os_version: "14" })).toBe("Android 14");
    expect(system({ os: "Linux", os_version: null })).toBe("Linux");
    expect(system({ os: null, os_version: "14" })).toBe("");
  });
});
