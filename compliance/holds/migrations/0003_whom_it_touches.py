from django.db import migrations

# What is of a person and names no assistant or no day (a name, an account, a key) is kept by a hold on an assistant or a period
# only when the hold covers something of that person. `panel_touched` answers that; until the slice that knows the records replaces it, yes.
SQL = """
CREATE FUNCTION panel_touched(subjects uuid[], of_assistant uuid, first date, last date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN RETURN true; END $$;

CREATE OR REPLACE FUNCTION panel_holds(subjects uuid[], of_assistant uuid, of_item uuid, of_day date) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN (
        SELECT array_agg(DISTINCT e.hold) FROM panel_effective() e
        WHERE (e.subject IS NULL OR e.subject = ANY (subjects))
          AND (e.assistant IS NULL OR of_assistant IS NULL OR e.assistant = of_assistant)
          AND (e.item IS NULL OR e.item = of_item)
          AND (of_day IS NULL OR ((e.from_day IS NULL OR of_day >= e.from_day) AND (e.to_day IS NULL OR of_day <= e.to_day)))
          AND (e.subject IS NOT NULL OR e.item IS NOT NULL OR cardinality(subjects) = 0
               OR ((e.assistant IS NULL OR of_assistant IS NOT NULL)
                   AND (of_day IS NOT NULL OR (e.from_day IS NULL AND e.to_day IS NULL)))
               OR panel_touched(subjects, coalesce(e.assistant, of_assistant), e.from_day, e.to_day))
    );
END $$;
"""


class Migration(migrations.Migration):
    """A hold on an assistant keeps the names of the people who used it, not those of everybody."""

    dependencies = [("holds", "0002_effect")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
