"""Workflows whose documents and forms show every widget, with the answers as their result."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from loopstack_temporal import (
    BaseWorkflow,
    Document,
    LinkDocument,
    MarkdownDocument,
    MessageDocument,
    PlainDocument,
    RunContext,
    document,
    transition,
    workflow,
)
from loopstack_temporal.definition.documents.basic import ErrorDocument

PICTURE = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
MARKDOWN = """# Report

| supplier | late |
|---|---|
| North Glass | 9 |

```python
def late(orders):
    return [one for one in orders if one.late]
```
"""


class Nothing(BaseModel):
    pass


class Answers(BaseModel):
    given: list[object] = []


@document(widget={"widget": "text-prompt", "options": {"transition": "say", "placeholder": "In a few words"}})
class WordsDocument(Document):
    question: str


@document(widget={"widget": "confirm-prompt", "options": {"transition": "confirm"}})
class SureDocument(Document):
    question: str


@document(widget={"widget": "choices", "options": {"transition": "choose"}})
class ColoursDocument(Document):
    model_config = ConfigDict(populate_by_name=True)

    question: str
    options: list[object]
    allow_custom_answer: bool = Field(default=False, alias="allowCustomAnswer")


@document(widget={"widget": "choices", "options": {"transition": "choose_own"}})
class OwnColourDocument(ColoursDocument):
    pass


@workflow(title="Questions")
class QuestionsWorkflow(BaseWorkflow[Nothing, Answers, list[object]]):
    """One question of every kind, one after the other."""

    @transition(to="saying")
    async def ask_words(self) -> None:
        await self.document_store.save(WordsDocument(question="What is **wrong** with it?"))

    @transition(from_="saying", to="confirming", wait=True)
    async def say(self, state: Answers, payload: Any) -> None:
        state.given.append(payload)
        await self.document_store.save(SureDocument(question="Delete all of it?"))

    @transition(from_="confirming", to="choosing", wait=True)
    async def confirm(self, state: Answers, payload: Any) -> None:
        state.given.append(payload)
        await self.document_store.save(ColoursDocument(question="Which colour?", options=["red", "blue"]))

    @transition(from_="choosing", to="choosing_own", wait=True)
    async def choose(self, state: Answers, payload: Any) -> None:
        state.given.append(payload)
        frame = OwnColourDocument(question="And the frame?", options=["oak"], allowCustomAnswer=True)
        await self.document_store.save(frame)

    @transition(from_="choosing_own", to="end", wait=True)
    async def choose_own(self, state: Answers, payload: Any) -> list[object]:
        return [*state.given, payload]


class Person(BaseModel):
    name: str
    age: int | None = None


class Circle(BaseModel):
    kind: Literal["circle"] = "circle"
    radius: float = 1.0


class Square(BaseModel):
    kind: Literal["square"] = "square"
    side: float = 1.0


FIELDS = {
    "note": {"widget": "textarea", "rows": 3},
    "language": {"widget": "radio"},
    "public": {"widget": "switch"},
    "loudness": {"widget": "slider"},
    "snippet": {"widget": "code-view"},
    "advice": {"widget": "markdown-view"},
    "size": {"enumOptions": [{"label": "Small", "value": 1}, {"label": "Large", "value": 2}]},
    "colours": {"fixed": True},
    "extra": {"collapsed": True},
}


@document(
    title="Everything",
    widget={
        "widget": "form",
        "options": {"properties": FIELDS, "actions": [{"transition": "send", "label": "Send it"}]},
    },
)
class EverythingDocument(Document):
    subject: str = Field(default="Offer", min_length=3, pattern="^[A-Z].*")
    note: str = "Two\nlines"
    language: Literal["english", "german"] = "english"
    tone: Literal["formal", "friendly"] = "formal"
    urgent: bool = False
    public: bool = False
    loudness: int = Field(default=2, ge=0, le=10)
    snippet: str = "print('read me')"
    advice: str = "Be **short**."
    size: int = 1
    amount: int = Field(default=3, ge=1, le=9)
    price: float | None = None
    held_on: date = date(2026, 11, 17)
    begins: time = time(9, 30)
    mail: Annotated[str, Field(json_schema_extra={"format": "email"})] = "ines@example.com"
    site: Annotated[str, Field(json_schema_extra={"format": "uri"})] = "https://example.com"
    secret: Annotated[str, Field(json_schema_extra={"format": "password"})] = ""
    tags: list[str] = ["first"]
    people: list[Person] = [Person(name="Ines")]
    owner: Person = Person(name="Marek")
    deputy: Person | None = None
    shape: Annotated[Circle | Square, Field(discriminator="kind")] = Circle()
    colours: list[str] = ["red", "blue"]
    extra: dict[str, int] = {"one": 1}


@workflow(title="Fields")
class FieldsWorkflow(BaseWorkflow[Nothing, Nothing, dict[str, object]]):
    """A form with every field widget and every type."""

    @transition(to="filling")
    async def show(self) -> None:
        await self.document_store.save(EverythingDocument(), key="form")

    @transition(from_="filling", to="end", wait=True)
    async def send(self, payload: dict[str, object]) -> dict[str, object]:
        return payload


@document(title="Bare facts")
class BareDocument(Document):
    town: str = "Lisbon"


@workflow(title="No widget")
class NoWidgetWorkflow(BaseWorkflow[Nothing, Nothing, str]):
    """A document nobody wrote a widget for."""

    @transition(to="waiting")
    async def show(self) -> None:
        await self.document_store.save(BareDocument(), key="facts")

    @transition(from_="waiting", to="end", wait=True)
    async def go(self) -> str:
        return "gone"


@workflow(
    title="Chat",
    widget=[
        {
            "widget": "prompt-input",
            "options": {"transition": "tell", "label": "Say it", "placeholder": "Write something"},
            "enabledWhen": ["talking"],
        },
        {"widget": "button", "options": {"transition": "nod", "label": "Nod"}, "showWhen": ["talking"]},
        {
            "widget": "button-full-w",
            "options": {"transition": "leave", "label": "Leave", "variant": "danger"},
            "showWhen": ["talking"],
        },
    ],
)
class ChatWorkflow(BaseWorkflow[Nothing, Answers, list[object]]):
    """Text and buttons at the foot."""

    @transition(to="talking")
    async def begin(self) -> None:
        await self.document_store.save(MessageDocument(role="assistant", text="Hello."))

    @transition(from_="talking", to="talking", wait=True)
    async def tell(self, state: Answers, payload: str) -> None:
        state.given.append(payload)

    @transition(from_="talking", to="talking", wait=True)
    async def nod(self, state: Answers, payload: Any) -> None:
        state.given.append(payload)

    @transition(from_="talking", to="end", wait=True)
    async def leave(self, state: Answers) -> list[object]:
        return state.given


@document(title="Code", widget={"widget": "code", "options": {"language": "python"}})
class CodeDocument(Document):
    code: str


@document(title="Data", widget={"widget": "json"})
class DataDocument(Document):
    values: dict[str, object]


@document(title="Suppliers", widget={"widget": "table", "options": {"columns": ["supplier", "late"]}})
class SuppliersDocument(Document):
    rows: list[dict[str, object]]


@document(title="Changed text", widget={"widget": "diff"})
class ChangedDocument(Document):
    before: str
    after: str


@document(title="Photo", widget={"widget": "image"})
class PhotoDocument(Document):
    src: str
    alt: str


@document(title="Attachment", widget={"widget": "file"})
class AttachmentDocument(Document):
    name: str
    text: str | None = None
    url: str | None = None
    mime_type: str = "text/csv"


@document(title="Import", widget={"widget": "progress"})
class ImportDocument(Document):
    value: float
    max: float = 100
    text: str = ""


@document(title="Inner state", widget={"widget": "debug"})
class InnerDocument(Document):
    cache: dict[str, object]


@workflow(title="Gallery")
class GalleryWorkflow(BaseWorkflow[Nothing, Nothing, str]):
    """Every widget that only shows something."""

    @transition(to="end")
    async def show(self, ctx: RunContext[Nothing]) -> str:
        lines = "\n".join(f"line {at}" for at in range(30))
        for each in (
            MessageDocument(role="user", text="Show me *all* of it."),
            MessageDocument(role="system", text="The archive is read only."),
            MarkdownDocument(markdown=MARKDOWN),
            PlainDocument(text="no **marks** here"),
            ErrorDocument(error="The archive is closed.", type="ArchiveError"),
            LinkDocument(run_id=ctx.run_id, label="This very run"),
            CodeDocument(code="print('hello')  # say it"),
            DataDocument(values={"deep": {"deeper": [1, 2]}}),
            SuppliersDocument(rows=[{"supplier": "North Glass", "late": 9}]),
            ChangedDocument(before=f"{lines}\nold end", after=f"{lines}\nnew end"),
            PhotoDocument(src=PICTURE, alt="A red dot"),
            PhotoDocument(src="https://elsewhere.example/spy.png", alt="From elsewhere"),
            AttachmentDocument(name="orders.csv", text="supplier,late\nNorth Glass,9\n"),
            ImportDocument(value=30, max=40, text="Reading orders"),
            InnerDocument(cache={"hits": 3}),
        ):
            await self.document_store.save(each)
        return "shown"


@document(title="Approval", widget={"widget": "approval", "options": {"transition": "decide"}})
class CallDocument(Document):
    tool: str = "send_mail"
    args: dict[str, object] = {"to": "ines@example.com", "subject": "Offer"}
    digest: str = "sha256:9f86d081"
    policy: str = "mail leaves the house only after a person agreed"


@document(
    title="Secrets",
    widget={"widget": "secret-input", "options": {"transition": "secrets_set", "label": "Save & Continue"}},
)
class SecretsDocument(Document):
    variables: list[dict[str, object]] = [{"key": "MAIL_TOKEN", "hasValue": True}, {"key": "SHOP_KEY"}]


@document(title="Sign-in", widget={"widget": "oauth-prompt", "options": {"transition": "exchange"}})
class SignInDocument(Document):
    model_config = ConfigDict(populate_by_name=True)

    provider: str = "calendar"
    auth_url: str = Field(alias="authUrl")
    state: str = "s-1"
    scopes: list[str] = ["read"]


class Provider(BaseModel):
    address: str = "https://provider.example/authorize"


@workflow(title="Grants")
class GrantsWorkflow(BaseWorkflow[Provider, Answers, list[object]]):
    """An approval, secrets and a sign-in."""

    @transition(to="deciding")
    async def ask(self) -> None:
        await self.document_store.save(CallDocument())

    @transition(from_="deciding", to="setting", wait=True)
    async def decide(self, state: Answers, payload: Any) -> None:
        state.given.append(payload)
        await self.document_store.save(SecretsDocument())

    @transition(from_="setting", to="connecting", wait=True)
    async def secrets_set(self, state: Answers, payload: Any, ctx: RunContext[Provider]) -> None:
        state.given.append(payload)
        await self.document_store.save(SignInDocument(authUrl=ctx.args.address))

    @transition(from_="connecting", to="end", wait=True)
    async def exchange(self, state: Answers, payload: Any) -> list[object]:
        return [*state.given, payload]


FLOWS = [QuestionsWorkflow, FieldsWorkflow, NoWidgetWorkflow, ChatWorkflow, GalleryWorkflow, GrantsWorkflow]
