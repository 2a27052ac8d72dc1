/** Whether a text can be the code of a role, pool or app. What can't names nothing, and is not sent to the database. */
export const isCode = (text: string): boolean => /^[a-z0-9_-]{1,100}$/.test(text);
