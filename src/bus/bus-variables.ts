/** Where a program of an application finds the bus, and what it says who it is by. */
export const BUS_VARIABLE = 'SPILLWAY_BUS';
export const BUS_TOKEN_VARIABLE = 'SPILLWAY_BUS_TOKEN';
