import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Paths of a server's key and certificate, and the certificate of the authority that signed it. */
export interface Certificates {
  readonly keyFile: string;
  readonly certFile: string;
  readonly caFile: string;
  /** The authority's certificate, PEM. A client that trusts it trusts the server. */
  readonly ca: string;
}

/** Makes an authority and a certificate for `localhost` and `127.0.0.1` in `dir`, valid for a day. Needs openssl on PATH. */
export async function makeCertificates(dir: string): Promise<Certificates> {
  const file = (name: string) => join(dir, name);
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  const ca = ["-x509", "-subj", "/CN=AgentComm test authority", "-keyout", file("ca.key"), "-out", file("ca.pem")];
  await run("openssl", ["req", ...newKey, ...ca]);
  await run("openssl", [
    "req",
    ...newKey,
    "-subj",
    "/CN=localhost",
    "-keyout",
    file("server.key"),
    "-out",
    file("server.csr"),
  ]);
  await writeFile(file("names.cnf"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  const signer = ["-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-CAcreateserial"];
  const signed = ["-in", file("server.csr"), "-extfile", file("names.cnf"), "-out", file("server.pem"), "-days", "1"];
  await run("openssl", ["x509", "-req", ...signer, ...signed]);
  return {
    keyFile: file("server.key"),
    certFile: file("server.pem"),
    caFile: file("ca.pem"),
    ca: await readFile(file("ca.pem"), "utf8"),
  };
}
