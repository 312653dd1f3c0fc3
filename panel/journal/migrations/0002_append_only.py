from django.db import migrations

from panel.kernel.db.ledgers import protect


class Migration(migrations.Migration):
    """Nobody changes, removes or empties what stands in the ledger; the application role has no grant to, either."""

    dependencies = [("journal", "0001_ledger")]
    operations = [
        protect(table)
        for table in ("journal_leaf", "journal_index", "journal_node", "journal_signer", "journal_checkpoint")
    ]
