import { describe, expect, it } from "vitest";
import {
  addressOf,
  bodyOf,
  curlOf,
  exampleOf,
  fieldsOf,
  groupsOf,
  needsKey,
  type OpenApi,
  rightsOf,
  search,
  typeText,
} from "./model";

const document: OpenApi = {
  info: { title: "Shop", version: "1" },
  paths: {
    "/things/{id}": {
      get: {
        tags: ["things"],
        summary: "One thing.",
        parameters: [
          { name: "id", in: "path", required: true },
          { name: "q", in: "query" },
        ],
        responses: { 200: {} },
      },
    },
    "/things": {
      post: {
        tags: ["things"],
        security: [{ api_key: ["thing.write"] }, { session: ["thing.write"] }],
        requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } } },
        responses: { 201: {} },
      },
    },
    "/open": { get: { tags: ["open"], security: [{}], responses: { 200: {} } } },
  },
  components: {
    schemas: {
      Thing: {
        type: "object",
        required: ["name"],
        properties: {
          name: { type: "string", description: "What it is called." },
          size: { type: ["integer", "null"], format: "int32" },
          kind: { oneOf: [{ type: "null" }, { $ref: "#/components/schemas/Kind" }] },
          parts: { type: "array", items: { $ref: "#/components/schemas/Thing" } },
        },
      },
      Kind: { type: "string", enum: ["soft", "hard"] },
    },
  },
};
const route = (id: string) => {
  const found = groupsOf(document)
    .flatMap((group) => group.operations)
    .find((one) => one.id === id);
  if (!found) throw new Error(id);
  return found;
};

describe("the API description", () => {
  it("groups routes by tag and finds them by every word", () => {
    expect(groupsOf(document).map((group) => group.name)).toEqual(["open", "things"]);
    expect(search(groupsOf(document), "one get").map((group) => group.operations.map((one) => one.id))).toEqual([
      ["get /things/{id}"],
    ]);
    expect(search(groupsOf(document), "nothing like it")).toEqual([]);
  });

  it("knows which routes need a key, and with which rights", () => {
    expect(needsKey(route("get /open"))).toBe(false);
    expect(needsKey(route("post /things"))).toBe(true);
    expect(rightsOf(route("post /things"))).toEqual(["thing.write"]);
    expect(rightsOf(route("get /open"))).toEqual([]);
  });

  it("lists fields with what is inside them, and ends where a schema holds itself", () => {
    const fields = fieldsOf({ $ref: "#/components/schemas/Thing" }, document);
    expect(fields.map((field) => field.path)).toEqual(["name", "size", "kind", "parts"]);
    expect(fields[0]).toMatchObject({ type: "string", required: true, about: "What it is called." });
    expect(fields[1]?.type).toBe("integer (int32) or null");
    expect(fields[2]?.values).toEqual(["soft", "hard"]);
    expect(typeText({ type: "array", items: { $ref: "#/components/schemas/Thing" } })).toBe("Thing[]");
  });

  it("makes an example of the right shape", () => {
    expect(exampleOf({ $ref: "#/components/schemas/Thing" }, document)).toEqual({
      name: "text",
      size: 1,
      kind: "soft",
      parts: [null],
    });
  });

  it("writes a command that a shell understands, and keeps the key out of it", () => {
    const filled = { parameters: { id: "a/b", q: "it's" }, body: "", bodyType: null };
    expect(addressOf(route("get /things/{id}"), filled)).toBe("/things/a%2Fb?q=it%27s");
    const post = route("post /things");
    const body = bodyOf(post, document);
    expect(body?.type).toBe("application/json");
    expect(curlOf(post, { parameters: {}, body: `{"name":"it's"}`, bodyType: "application/json" }, "http://x")).toBe(
      [
        "curl --request POST 'http://x/things'",
        `--header "authorization: Bearer $TUTTI_KEY"`,
        "--header 'content-type: application/json'",
        `--data '{"name":"it'\\''s"}'`,
      ].join(" \\\n  "),
    );
  });
});
