/** Time zones and currencies to choose from, as the browser knows them. */

export function timeZones(): string[] {
  return Intl.supportedValuesOf("timeZone");
}

export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

export function currencies(): string[] {
  return Intl.supportedValuesOf("currency");
}
