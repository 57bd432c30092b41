export { createMemoryBroker, type MemoryBroker, type MemoryBrokerOptions } from "./memory-broker.js";
export { createMemoryDriver, type MemoryDriverOptions } from "./memory-driver.js";
export { createMemoryTransport, type MemoryTransportOptions } from "./memory-transport.js";
