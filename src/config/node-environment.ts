// Imported before graphql-js is: in any other mode it looks at each object for signs of a second copy of itself.
process.env.NODE_ENV ??= 'production';
