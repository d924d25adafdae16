/** A token that was made over the API, with what is told of it only once. */
export interface ManagedToken {
  readonly token: string;
  /** The discovery URL. */
  readonly url: string;
  readonly managementSecret: string;
  readonly size: number;
  readonly createdAt: string;
  readonly expiresAt: string;
}
