"""The baseline pages: a new connection to the API for every request."""

import json
import os

import urllib3
from flask import Flask, redirect, render_template, request

app = Flask(__name__)
API_URL = os.environ["API_URL"]


def call(method, path, body=None):
    with urllib3.PoolManager() as pool:
        answer = pool.request(method, API_URL + path, body=body, headers={"Content-Type": "application/json"})
        return json.loads(answer.data)


@app.route("/health")
def health():
    return "ok"


@app.route("/")
def index():
    return render_template("index.html", notes=call("GET", "/notes")["notes"])


@app.route("/create", methods=["POST"])
def create():
    call("POST", "/create", json.dumps({"title": request.form["title"], "text": request.form.get("text", "")}))
    return redirect("/")
