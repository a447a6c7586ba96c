/** The tables of a FIFO queue in a SQLite database, and what is asked of them. */

import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** A row of the queue's main table. Times are milliseconds since 1970. */
export type MessageRow = {
  /** Counts the accepted messages from 1, and is never used again. */
  readonly number: number;
  readonly groupId: string;
  readonly deduplicationId: string;
  readonly body: string;
  /** JSON */
  readonly attributes: string | null;
  readonly sentAt: number;
  readonly receiveCount: number;
  /** When it was received last: the 12 hours that a receive can last at most are counted from here. */
  readonly receivedAt: number;
  /** In flight until then. */
  readonly visibleAt: number;
  /** 1 when its visibility was changed since it was received. */
  readonly handedBack: 0 | 1;
};

/** `STRICT` makes SQLite refuse any other type, so that a row read is a row of this shape. */
const schemaOf = (name: string): string => `
  CREATE TABLE IF NOT EXISTS ${name} (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    groupId TEXT NOT NULL,
    deduplicationId TEXT NOT NULL,
    body TEXT NOT NULL,
    attributes TEXT,
    sentAt INTEGER NOT NULL,
    receiveCount INTEGER NOT NULL DEFAULT 0,
    receivedAt INTEGER NOT NULL DEFAULT 0,
    visibleAt INTEGER NOT NULL,
    handedBack INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS ${name}ByGroup ON ${name} (groupId, number);
  CREATE TABLE IF NOT EXISTS ${name}Key (key TEXT PRIMARY KEY, sentAt INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS ${name}Turn (turn INTEGER PRIMARY KEY, groupId TEXT NOT NULL UNIQUE) STRICT;`;

type Parameters = readonly (string | number | null)[];

/** A statement is prepared when it is used first: few callers use all of them. */
const statementsOf = (database: DatabaseSync) => {
  const prepared = (sql: string): (() => StatementSync) => {
    let statement: StatementSync | undefined;
    return () => {
      statement ??= database.prepare(sql);
      return statement;
    };
  };
  return {
    query: <Row>(sql: string) => {
      const statement = prepared(sql);
      return {
        first: (...parameters: Parameters) => statement().get(...parameters) as Row | undefined,
        all: (...parameters: Parameters) => statement().all(...parameters) as Row[],
      };
    },
    command: (sql: string) => {
      const statement = prepared(sql);
      /** Returns how many rows were changed. */
      return { run: (...parameters: Parameters) => Number(statement().run(...parameters).changes) };
    },
  };
};

/** Makes the tables when they are not there yet. `name` tells apart the queues of one database. */
export const openTables = (database: DatabaseSync, name: string) => {
  database.exec(schemaOf(name));
  const { query, command } = statementsOf(database);
  return {
    all: query<MessageRow>(`SELECT * FROM ${name} ORDER BY number`),
    byNumber: query<MessageRow>(`SELECT * FROM ${name} WHERE number = ?`),
    /** Of a group, the first message after a number. */
    nextInGroup: query<MessageRow>(
      `SELECT * FROM ${name} WHERE groupId = ? AND number > ? ORDER BY number LIMIT 1`,
    ),
    count: query<{ readonly count: number }>(`SELECT COUNT(*) AS count FROM ${name}`),
    oldest: query<{ readonly sentAt: number | null }>(`SELECT MIN(sentAt) AS sentAt FROM ${name}`),
    lastNumber: query<{ readonly number: number }>(
      `SELECT seq AS number FROM sqlite_sequence WHERE name = '${name}'`,
    ),
    /** In the order in which they are served next. A group without messages may be among them. */
    groups: query<{ readonly groupId: string }>(`SELECT groupId FROM ${name}Turn ORDER BY turn`),
    firstVisibleAt: query<{ readonly at: number | null }>(
      `SELECT MIN((SELECT visibleAt FROM ${name} WHERE groupId = turn.groupId ORDER BY number LIMIT 1)) AS at
       FROM ${name}Turn AS turn`,
    ),
    insert: command(
      `INSERT INTO ${name} (groupId, deduplicationId, body, attributes, sentAt, visibleAt)
       VALUES (?1, ?2, ?3, ?4, ?5, ?5)`,
    ),
    hold: command(
      `UPDATE ${name} SET receiveCount = ?, receivedAt = ?, visibleAt = ?, handedBack = ? WHERE number = ?`,
    ),
    remove: command(`DELETE FROM ${name} WHERE number = ?`),
    removeSentUntil: command(`DELETE FROM ${name} WHERE sentAt <= ?`),
    removeAll: command(`DELETE FROM ${name}`),
    /** What is held at this time, and was not handed back, is visible from then on. */
    release: command(`UPDATE ${name} SET visibleAt = ?1 WHERE visibleAt > ?1 AND handedBack = 0`),
    /** Key, now, and the time until which keys are free again. Changes nothing when the key is taken. */
    takeKey: command(
      `INSERT INTO ${name}Key (key, sentAt) VALUES (?, ?)
       ON CONFLICT (key) DO UPDATE SET sentAt = excluded.sentAt WHERE sentAt <= ?`,
    ),
    freeKeysTakenUntil: command(`DELETE FROM ${name}Key WHERE sentAt <= ?`),
    freeAllKeys: command(`DELETE FROM ${name}Key`),
    addGroup: command(`INSERT OR IGNORE INTO ${name}Turn (groupId) VALUES (?)`),
    sendToTheBack: command(`INSERT OR REPLACE INTO ${name}Turn (groupId) VALUES (?)`),
  };
};
