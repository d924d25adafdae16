import type { IncomingMessage } from 'node:http';
import { BodyError, decodeUtf8, mediaTypeOf, readBody } from '../../http/body.ts';
import { LIMITS } from '../../limits.ts';
import { RequestError } from './errors.ts';
import { type Form, parseForm } from './form.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * Reads the form in a request's body; an absent body is an empty form. The media type may have parameters, as
 * etcd 0.4 sends one.
 *
 * @throws RequestError 210 where the body is no form, is too long, or ends early
 */
export async function readForm(req: IncomingMessage): Promise<Form> {
  try {
    const body = await readBody(req, LIMITS.bodyMaxBytes);
    if (body.length === 0) return parseForm('');
    const type = mediaTypeOf(req);
    if (type !== FORM_TYPE) {
      throw new RequestError(210, `Content-Type is "${type}", but the body must be ${FORM_TYPE}`, 415);
    }
    return parseForm(decodeUtf8(body));
  } catch (error) {
    throw error instanceof BodyError ? new RequestError(210, error.message, error.status) : error;
  }
}
