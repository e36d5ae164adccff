/**
 * The client that the old system's README shows, as it stands there but for the address and the key, which are gaps to be filled in there too.
 */
export async function executeCommand(
  endpoint: string,
  secretKey: string,
  sessionId: string,
  command: string,
): Promise<Record<string, unknown>> {
  // Step 1: Initiate the command
  const initiateResponse = await fetch(
    `${endpoint}/Prod/initiateCommand?secretKey=${secretKey}&sessionID=${sessionId}`,
    {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({ command }),
    },
  );

  const initiateData = (await initiateResponse.json()) as { commandId: string; instanceId: string };
  const { commandId, instanceId } = initiateData;

  // Step 2: Poll for the command status
  let isComplete = false;
  let result: Record<string, unknown> = {};

  while (!isComplete) {
    // Wait for 5 seconds before checking again
    await new Promise((resolve) => setTimeout(resolve, 5000));

    const checkResponse = await fetch(
      `${endpoint}/Prod/checkCommand?secretKey=${secretKey}&commandID=${commandId}&instanceID=${instanceId}`,
    );
    result = (await checkResponse.json()) as Record<string, unknown>;

    isComplete = result['isComplete'] as boolean;
  }

  return result;
}
