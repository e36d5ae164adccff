/** Takes the place of libraries that others load but that nothing here uses: the client of Docker's SSH and BuildKit. */
export default {};
