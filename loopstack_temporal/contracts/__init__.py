"""The shapes that cross HTTP: what the API takes and gives, written once and generated into OpenAPI and TypeScript."""
