/** Serials are numbers, written in upper-case hexadecimal digits: case and leading zeros do not count. */
export function bareSerial(serial: string): string {
  return serial.toUpperCase().replace(/^0+/, '');
}
