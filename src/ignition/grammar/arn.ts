/** Why a text is no ARN of an object in S3 (`arn:partition:s3:region:account:resource`); undefined when it is one. */
export function findS3ArnProblem(arn: string): string | undefined {
  const parts = arn.split(':');
  if (parts.length < 6) return 'it has to have six parts between colons';
  if (parts[2] !== 's3') return `its service is ${JSON.stringify(parts[2])}, not "s3"`;
  const resource = parts.slice(5).join(':');
  const slashes = arn.split('/').length - 1;
  if (resource.startsWith('accesspoint/') && slashes < 2) return 'it names an access point and no object';
  return slashes < 1 ? 'it names no object' : undefined;
}
