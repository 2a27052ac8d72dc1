// Types that neither Node's nor the packages' own declarations have.

declare module 'fs-native-extensions' {
  /** Asks the kernel for the lock of an open file; false where another process, or another descriptor, has it. */
  export function tryLock(fd: number): boolean;
}

declare namespace WebAssembly {
  type Module = object;
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: Record<string, object>): Promise<{ readonly exports: any }>;
}
