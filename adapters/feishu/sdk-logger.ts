/** The SDK logs requests with their tokens: nothing of it goes anywhere. What matters comes as results and callbacks. */
export const silentSdkLogger = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  trace() {},
};
