import assert from 'node:assert/strict';

/** A call of etcd's JSON gateway, as an operator's curl makes it. Answers the body. Throws where etcd refuses. */
export async function callGateway(
  endpoint: string,
  path: string,
  body: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const response = await fetch(`${endpoint}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers,
  });
  const text = await response.text();
  assert.ok(response.ok, `${path}: ${response.status} ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

/** Bytes as the gateway takes them. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
