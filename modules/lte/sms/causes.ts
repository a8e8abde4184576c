/** Why a short message was not taken, in our own words (3GPP TS 24.011, table 8.2). */
export const CP_CAUSES: ReadonlyMap<number, string> = new Map([
  [17, 'network failure'],
  [22, 'congestion'],
  [81, 'the transaction identifier is not valid'],
  [95, 'the message makes no sense'],
  [96, 'a mandatory part of the message is not valid'],
  [97, 'the message type does not exist or is not supported'],
  [98, 'the message does not fit the state of the transfer'],
  [99, 'a part of the message does not exist or is not supported'],
  [111, 'protocol error'],
]);

/** The same for the relay layer (table 8.4). */
export const RP_CAUSES: ReadonlyMap<number, string> = new Map([
  [1, 'the number is not assigned'],
  [8, 'barred by the operator'],
  [10, 'calls are barred'],
  [11, 'reserved'],
  [21, 'the telephone rejected the message'],
  [22, 'the memory of the telephone is full'],
  [27, 'the destination is out of order'],
  [28, 'the subscriber is not identified'],
  [29, 'the facility was rejected'],
  [30, 'the subscriber is not known'],
  [38, 'the network is out of order'],
  [41, 'temporary failure'],
  [42, 'congestion'],
  [47, 'no resources'],
  [50, 'the facility is not subscribed'],
  [69, 'the facility is not supported'],
  [81, 'the message reference is not valid'],
  [95, 'the message makes no sense'],
  [96, 'a mandatory part of the message is not valid'],
  [97, 'the message type does not exist or is not supported'],
  [98, 'the message does not fit the state of the transfer'],
  [99, 'a part of the message does not exist or is not supported'],
  [111, 'protocol error'],
  [127, 'interworking failure'],
]);

export const causeText = (causes: ReadonlyMap<number, string>, cause: number): string => {
  const known = causes.get(cause);
  return known === undefined ? `cause ${cause}` : `${known} (cause ${cause})`;
};
