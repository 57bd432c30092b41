export { joinStore, openStore, type Store, type TransportKind, transportKinds } from "./store.js";
