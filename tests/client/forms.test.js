import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import ts from "typescript";
import EchoByDefault, { Echo } from "../../src/RfBroadcast.AspNetCore/Client/rf-broadcast.js";
import { recorder, scenario, until, WebSocket } from "./support/echo.js";

const pathOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const CLIENT = "../../src/RfBroadcast.AspNetCore/Client/rf-broadcast";
const source = readFileSync(pathOf(`${CLIENT}.js`), "utf8");

/** The form for a plain script tag, made as the server makes it. */
function globalForm() {
    const [body] = source.split("// --- exports ---");
    return `(() => {\n${body}\nglobalThis.Echo = Echo;\n})();`;
}

test("Source_Marker_Stands once, and exports only below it", () => {
    const parts = source.split(/^\/\/ --- exports ---$/m);
    assert.equal(parts.length, 2);
    assert.equal(source.split("// --- exports ---").length, 2);
    assert.doesNotMatch(parts[0], /^\s*(import|export)\b|import\.meta|\bawait import/m);
    assert.match(parts[1].trim(), /^export \{ Echo, Echo as default \};$/);
});

test("Module_Exports_Echo by name and by default", () => assert.equal(EchoByDefault, Echo));

scenario("Global form_In a script of its own_Works and leaves only Echo behind", async (world) => {
    const page = vm.createContext({
        WebSocket, URL, AbortController, fetch, queueMicrotask, setTimeout, clearTimeout, console, location: { href: world.server.url },
    });
    const before = Object.keys(page);
    vm.runInContext(globalForm(), page, { filename: "rf-broadcast.global.js" });
    assert.deepEqual(Object.keys(page).filter((key) => !before.includes(key)), ["Echo"]);
    assert.equal(vm.runInContext("typeof Connection + typeof Listeners", page), "undefinedundefined");

    page.got = recorder();
    vm.runInContext(`var echo = new Echo("/ws"); echo.channel("news").listen("a", got);`, page);
    try {
        const peer = await world.server.peer(1);
        await peer.accept("news");
        peer.event("news", "a", 1);
        await until(() => page.got.all.length === 1);
    } finally {
        page.echo.disconnect();
    }
});

function program(options) {
    return ts.createProgram([pathOf("./support/usage.ts")], {
        strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler, lib: ["lib.es2022.d.ts", "lib.dom.d.ts"], types: [], ...options,
    });
}

test("Types_What an app writes_Type-checks", () => {
    const problems = ts.getPreEmitDiagnostics(program({ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true }));
    assert.equal(ts.formatDiagnostics(problems, { getCanonicalFileName: (f) => f, getCurrentDirectory: () => "", getNewLine: () => "\n" }), "");
});

test("Types_Without the DOM_Stand by themselves", () => {
    const alone = ts.createProgram([pathOf(`${CLIENT}.d.ts`)], { strict: true, lib: ["lib.es2022.d.ts"], types: [], noEmit: true });
    // URL is the one name it takes from the surroundings.
    const problems = ts.getPreEmitDiagnostics(alone).map(({ messageText }) => String(messageText));
    assert.deepEqual(problems.filter((text) => !text.includes("'URL'")), []);
});

/** The public members of an object and of what it inherits, as an app sees them. */
function membersOf(object) {
    const names = new Set(Object.keys(object));
    for (let proto = Object.getPrototypeOf(object); proto !== Object.prototype && proto !== Error.prototype; proto = Object.getPrototypeOf(proto)) {
        for (const name of Object.getOwnPropertyNames(proto)) names.add(name);
    }
    names.delete("constructor");
    return [...names].sort();
}

scenario("Types_Members_Are those of the code, no more and no less", async (world) => {
    const typed = program();
    const checker = typed.getTypeChecker();
    const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(typed.getSourceFile(pathOf(`${CLIENT}.d.ts`))));
    const declared = (name) => checker.getPropertiesOfType(
        checker.getDeclaredTypeOfSymbol(exported.find((symbol) => symbol.name === name))).map((symbol) => symbol.name).sort();

    const echo = new Echo(world.server.url, { WebSocket, autoConnect: false });
    assert.deepEqual(membersOf(echo), declared("Echo"));
    assert.deepEqual(membersOf(echo.channel("a")), declared("Channel"));
    assert.deepEqual(membersOf(echo.private("a")), declared("PrivateChannel"));
    assert.deepEqual(membersOf(echo.user()), declared("PrivateChannel"));
    assert.deepEqual(membersOf(echo.join("a")), declared("PresenceChannel"));
    const error = await echo.private("a").whisper("x").catch((reason) => reason);
    assert.deepEqual([...membersOf(error), "message", "stack", "cause"].sort(), declared("EchoError"));
});
