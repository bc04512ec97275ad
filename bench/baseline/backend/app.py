"""The baseline API: the development server, a connection per request."""

import os
from datetime import UTC, datetime

import MySQLdb
import MySQLdb.cursors
from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    host, _, port = os.environ["DATABASE_ENDPOINT"].partition(":")
    return MySQLdb.connect(
        host=host,
        port=int(port),
        user=os.environ["DATABASE_USERNAME"],
        password=os.environ["DATABASE_PASSWORD"],
        database=os.environ["DATABASE_NAME"],
        ssl_mode="REQUIRED",
        cursorclass=MySQLdb.cursors.DictCursor,
    )


@app.route("/health")
@app.route("/ready")
def health():
    return "ok"


@app.route("/create", methods=["POST"])
def create():
    data = request.get_json()
    now = datetime.now(UTC).replace(tzinfo=None)
    connection = connect()
    cursor = connection.cursor()
    cursor.execute(
        "INSERT INTO notes (title, text, created_at, updated_at) VALUES (%s, %s, %s, %s)",
        (data["title"], data.get("text", ""), now, now),
    )
    connection.commit()
    connection.close()
    return jsonify(id=cursor.lastrowid), 201


@app.route("/notes")
def notes():
    connection = connect()
    cursor = connection.cursor()
    cursor.execute("SELECT * FROM notes ORDER BY id DESC LIMIT 20")
    rows = cursor.fetchall()
    connection.close()
    return jsonify(notes=rows)


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=4000)
