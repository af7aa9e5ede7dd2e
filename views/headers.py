"""What every answer tells the browser: keep nothing on a shared computer, load and frame nothing foreign."""

from flask import Flask, Response, request

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def register_headers(app: Flask) -> None:
    """Add the headers to every answer; only static files may be kept."""

    @app.after_request
    def add(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if not (request.endpoint or "").endswith("static") or response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
        if app.config["PRODUCTION"] and app.config["SESSION_COOKIE_SECURE"]:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response
