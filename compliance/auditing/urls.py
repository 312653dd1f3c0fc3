"""/journal/ and /api/v1/journal/"""

from django.urls import include, path

from compliance.auditing import api
from compliance.auditing.views import contact, datamap, entries, journal, keys, receipts, sinks, taking

app_name = "auditing"
endpoints = [
    path("entries/", api.Entries.as_view(), name="api-entries"),
    path("entries/<uuid:entry_id>/", api.Entry.as_view(), name="api-entry"),
    path("entries/<uuid:entry_id>/proof/", api.Proof.as_view(), name="api-proof"),
    path("checkpoint/", api.Checkpoint.as_view(), name="api-checkpoint"),
    path("consistency/", api.Consistency.as_view(), name="api-consistency"),
    path("signers/", api.Signers.as_view(), name="api-signers"),
    path("receipts/", api.Receipts.as_view(), name="api-receipts"),
    path("receipts/<uuid:receipt_id>/", api.OneReceipt.as_view(), name="api-receipt"),
]
urlpatterns = [
    path("journal/", journal.journal, name="journal"),
    path("journal/lines/", journal.lines, name="lines"),
    path("journal/checkpoint/", entries.checkpoint, name="checkpoint"),
    path("journal/export/", taking.Export.as_view(), name="export"),
    path("journal/taking/", taking.Taking.as_view(), name="taking"),
    path("journal/verification/", taking.Verifications.as_view(), name="verifications"),
    path("journal/verification/<uuid:verification_id>/", taking.Checked.as_view(), name="verification"),
    path("journal/sinks/", sinks.listing, name="sinks"),
    path("journal/sinks/new/", sinks.New.as_view(), name="new_sink"),
    path("journal/sinks/<uuid:sink_id>/pause/", sinks.Pause.as_view(), name="sink_pause"),
    path("journal/sinks/<uuid:sink_id>/removal/", sinks.Removal.as_view(), name="sink_removal"),
    path("journal/receipts/", receipts.listing, name="receipts"),
    path("journal/receipts/<uuid:receipt_id>/", receipts.one, name="receipt"),
    path("journal/keys/", keys.Keys.as_view(), name="keys"),
    path("journal/keys/rotation/", keys.KeyRotation.as_view(), name="key_rotation"),
    path("journal/<uuid:entry_id>/", entries.Entry.as_view(), name="entry"),
    path("journal/<uuid:entry_id>/disclosure/", entries.Disclosure.as_view(), name="disclosure"),
    path("data-map/", datamap.datamap, name="datamap"),
    path("data-map/record/", datamap.Record.as_view(), name="record"),
    path("data-map/record/csv/", datamap.record_csv, name="record_csv"),
    path("data-map/record/pdf/", datamap.record_pdf, name="record_pdf"),
    path("data-map/controller/", datamap.Controller.as_view(), name="controller"),
    path("privacy/contact/", contact.Contact.as_view(), name="contact"),
    path(".well-known/clawpanel/keys.json", keys.published, name="published_keys"),
    path(".well-known/clawpanel/verifiers.json", keys.verifiers, name="verifiers"),
    path(".well-known/clawpanel/proofs/<uuid:bundle_id>.json", keys.proof, name="published_proof"),
    path(".well-known/clawpanel/<str:name>", keys.verifier, name="verifier"),
    path("api/v1/journal/", include(endpoints)),
]
