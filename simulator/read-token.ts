/** Takes the token out of a token endpoint's answer, in a shell; Node is at hand wherever the simulators run. */
export const READ_TOKEN = `node -pe 'JSON.parse(fs.readFileSync(0)).access_token'`;
