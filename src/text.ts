/** Whether a stored text can be this one: the database takes neither NUL nor halves of characters. */
export const isText = (value: string): boolean => !/[\0\p{Surrogate}]/u.test(value);
