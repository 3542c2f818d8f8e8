/** What the fields say that govern how a request is read and where it goes. */
export interface ControlFields {
  /** Index of the Host field; -1 where there is none. */
  readonly hostField: number;
  readonly contentLength: number | undefined;
  readonly chunked: boolean;
  readonly keepAlive: boolean;
  readonly expectContinue: boolean;
}
