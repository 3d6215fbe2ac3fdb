// The same, of requests that go by `fetch`: as where it has another way to the network.

process.env.NODE_USE_ENV_PROXY = "1";
await import("./network.test.js");
