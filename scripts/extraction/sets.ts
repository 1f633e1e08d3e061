/** A folder of real documents that a package installs. */
export interface DocumentSet {
  readonly format: 'html' | 'pdf' | 'man' | 'asciidoc' | 'rst';
  readonly name: string;
  readonly folder: string;
}

/** Where Debian's documentation packages put what is measured when no folder is named; what is absent is passed over. */
export const DEFAULT_SETS: readonly DocumentSet[] = [
  { format: 'html', name: 'nodejs', folder: '/usr/share/doc/nodejs/api' },
  { format: 'html', name: 'postgresql', folder: '/usr/share/doc/postgresql-doc-15/html' },
  { format: 'html', name: 'sqlite', folder: '/usr/share/doc/sqlite3' },
  { format: 'html', name: 'apache', folder: '/usr/share/doc/apache2-doc/manual/en' },
  { format: 'html', name: 'glib', folder: '/usr/share/doc/libglib2.0-doc/glib' },
  { format: 'html', name: 'commons-io', folder: '/usr/share/doc/libcommons-io-java/api' },
  { format: 'html', name: 'python', folder: '/usr/share/doc/python3.11/html' },
  { format: 'html', name: 'git', folder: '/usr/share/doc/git/html' },
  { format: 'html', name: 'valgrind', folder: '/usr/share/doc/valgrind/html' },
  { format: 'pdf', name: 'manuals', folder: '/usr/share/doc' },
  { format: 'man', name: 'section 1', folder: '/usr/share/man/man1' },
  { format: 'asciidoc', name: 'git', folder: '/usr/share/doc/git/html' },
  { format: 'rst', name: 'python', folder: '/usr/share/doc/python3.11/html/_sources' },
  { format: 'rst', name: 'docutils', folder: '/usr/share/doc/python3-docutils' },
];

/** Names of the files of a format; most may stand compressed. */
export const FILE_NAMES: Readonly<Record<DocumentSet['format'] | 'docx', RegExp>> = {
  html: /\.x?html?$/i,
  pdf: /\.pdf(?:\.gz)?$/i,
  man: /\.[1-8](?:\.gz)?$/,
  asciidoc: /\.(?:adoc|asciidoc|txt)(?:\.gz)?$/i,
  rst: /\.rst(?:\.txt)?(?:\.gz)?$/i,
  docx: /\.docx$/i,
};
